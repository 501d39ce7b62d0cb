import { html } from "hono/html";
import { type Html, layout } from "../../web/layout.ts";
import { card, icon, linkButton, stateMark } from "../../web/parts.ts";
import { age as ageInWords, clock, date, day } from "../../web/time.ts";
import type { User } from "../../web/user.ts";
import { devicesOf, kindsOf } from "../devices.ts";
import type { PortalService } from "../settings.ts";
import type { Factor, StackState } from "../sources.ts";
import { type Texts, texts } from "../texts.ts";
import { deviceTexts } from "../texts-devices.ts";
import { passwordsPath } from "./app-passwords.ts";
import { devicesPath } from "./devices.ts";
import { breakable, contact, type PersonPage, type PortalPage } from "./parts.ts";

/** What the start page shows beside who is logged in. */
export interface StartPage {
  /** Undefined: not to be had right now. */
  readonly state: StackState | undefined;
  /** Undefined: not to be had right now. */
  readonly factors: readonly Factor[] | undefined;
}

/** The start page: what runs, who am I, second factor, help. */
export function startPage(context: PersonPage, page: StartPage): Html {
  const t = texts[context.language];
  const { user } = context;
  return layout(
    context,
    t.startPage,
    html`<h1>${t.welcome(user.name)}</h1>
<p class="lead">${t.intro}</p>
<div class="grid two">
<div class="stack">
${services(context, page, "work")}
${onDevices(context)}
${services(context, page, "ground")}
</div>
<div class="stack">
${me(context, user)}
${factors(context, page.factors)}
${help(context)}
</div>
</div>`,
  );
}

/** Whether a service runs: all it needs must; one that is down says more than one that is not known. */
function stateOf(service: PortalService, state: StackState | undefined): "up" | "down" | "unknown" {
  const all = [service.service, ...(service.needs ?? [])].map((name) => state?.services[name]);
  if (all.includes(false)) return "down";
  return all.includes(undefined) ? "unknown" : "up";
}

const groupOf = (item: PortalService | undefined): "work" | "ground" => item?.group ?? "work";

function services({ settings, language }: PortalPage, { state }: StartPage, group: "work" | "ground"): Html | string {
  const t = texts[language].services;
  const row = (item: PortalService) => {
    const { service, title, about, url } = item;
    const name = stateOf(item, state);
    const age = service === "directory" ? state?.directoryAgeSeconds : undefined;
    return html`<li>
<h3>${url ? html`<a href="${url}" aria-label="${t.open(title[language])}">${title[language]}</a>` : title[language]}</h3>
${stateMark(name, t[name])}
<p class="small">${about[language]}${age === undefined ? "" : ` ${t.copied(ageInWords(language, age))}`}</p>
</li>`;
  };
  const rows = settings.services.filter((item) => groupOf(item) === group);
  if (rows.length === 0) return "";
  const first = group === groupOf(settings.services[0]);
  const seen = state?.seenAt ? t.seen(clock(language, state.seenAt)) : state ? "" : t.unseen;
  const body = html`<ul class="rows">${rows.map(row)}</ul>${first ? html`<p class="small soft">${seen}</p>` : ""}`;
  return group === "work" ? card("tjenester", t.title, body) : card("grundlag", t.ground, body);
}

function onDevices(context: PersonPage): Html | string {
  const { card: t, passwords, devices } = deviceTexts[context.language];
  if (kindsOf(devicesOf(context.settings.services, context.user)).length === 0) return "";
  return card(
    "enheder",
    t.title,
    html`<p>${t.text}</p>
<ul class="plain actions">
<li>${linkButton(devicesPath, devices.title)}</li>
${context.settings.accessUrl ? html`<li>${linkButton(passwordsPath, passwords.title)}</li>` : ""}
</ul>`,
  );
}

function me({ language }: PortalPage, user: User): Html {
  const t = texts[language].me;
  const rows: readonly (readonly [string, string])[] = [
    [t.name, user.name],
    [t.user, user.user],
    [t.mail, user.mail],
    [t.job, user.title],
    [t.department, user.department],
    [t.groups, String(user.groups.length)],
    [t.login, user.loggedInAt ? date(language, user.loggedInAt) : ""],
  ];
  const shown = rows.filter(([, value]) => value !== "");
  return html`<section class="card" aria-labelledby="dig">
<h2 id="dig">${t.title}</h2>
<dl>
${shown.map(([term, value]) => html`<dt>${term}</dt><dd>${breakable(value)}</dd>`)}
</dl>
<p class="small soft">${t.wrong}</p>
</section>`;
}

/** What a person may add, with Keycloak's name of the action. */
const actions = [
  ["otp", "CONFIGURE_TOTP"],
  ["webauthn", "webauthn-register"],
  ["webauthn-passwordless", "webauthn-register-passwordless"],
  ["recovery-authn-codes", "CONFIGURE_RECOVERY_AUTHN_CODES"],
] as const;

function factors({ settings, language }: PortalPage, known: readonly Factor[] | undefined): Html {
  const t = texts[language].factor;
  const list = (known ?? []).map(
    ({ type, label, created }) =>
      html`<li class="factor">${icon("up")}<span><strong>${t.types[type]}</strong>${factorDetail(t, label, created ? day(language, created) : "")}</span></li>`,
  );
  const missing = actions.filter(([type]) => type === "webauthn" || !known?.some((factor) => factor.type === type));
  return html`<section class="card" aria-labelledby="totrin">
<h2 id="totrin">${t.title}</h2>
${known === undefined ? html`<p>${t.unknown}</p>` : list.length > 0 ? html`<ul class="plain">${list}</ul>` : html`<p><strong>${t.none}</strong></p>`}
<p class="small soft">${t.why}</p>
<ul class="plain actions">
${missing.map(([type, action], index) => html`<li><a class="button${index === 0 && known?.length === 0 ? " first" : ""}" href="${actionUrl(settings, action)}">${t.add[type]}</a></li>`)}
<li><a class="button" href="${settings.issuer}/account/account-security/signing-in">${t.manage}</a></li>
</ul>
</section>`;
}

const factorDetail = (t: Texts["factor"], label: string, created: string): string =>
  [label, created && t.since(created)]
    .filter((part) => part !== "")
    .map((part) => `, ${part}`)
    .join("");

/** Edge asks Keycloak for the action in a login of its own, and comes back to the start page. */
export function actionUrl(settings: PortalPage["settings"], action: string): string {
  const query = new URLSearchParams({
    iss: settings.issuer,
    target_link_uri: `${settings.site.startOrigin}/`,
    auth_request_params: `kc_action=${action}`,
  });
  return `/oidc?${query}`;
}

function help({ settings, language }: PortalPage): Html {
  const t = texts[language].help;
  return html`<section class="card" aria-labelledby="hjaelp">
<h2 id="hjaelp">${t.title}</h2>
${contact(settings, language)}
<p class="small soft">${t.lead}</p>
<p class="actions"><a class="button" href="/hjaelp">${t.link}</a></p>
</section>`;
}
