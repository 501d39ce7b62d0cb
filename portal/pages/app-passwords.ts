import { html } from "hono/html";
import type { AppPasswordKind } from "../../model/app-password.ts";
import { choices, field, postButton, postForm, submit } from "../../web/forms.ts";
import { type Html, layout } from "../../web/layout.ts";
import { alert, breadcrumbs, card, linkButton, table } from "../../web/parts.ts";
import { qrCode } from "../../web/qr.ts";
import { date, day } from "../../web/time.ts";
import type { ListedAppPassword } from "../access.ts";
import { type Devices, deviceLogin, kindsOf, thunderbirdCode } from "../devices.ts";
import { texts } from "../texts.ts";
import { deviceTexts } from "../texts-devices.ts";
import { breakable, type PersonPage, steps } from "./parts.ts";

/** Path of the page on app passwords. */
export const passwordsPath = "/app-adgangskoder";

/** Longest name of a device. */
export const longestName = 64;

/** The form as somebody sent it, with what is wrong. */
export interface PasswordForm {
  readonly name: string;
  readonly kinds: readonly AppPasswordKind[];
  readonly wrong?: "name" | "kinds" | "tooMany";
}

/** What the list shows. */
export interface PasswordsPage {
  /** Undefined: not to be had right now. */
  readonly list: readonly ListedAppPassword[] | undefined;
  readonly devices: Devices;
  /** Default: empty, for everything. */
  readonly form?: PasswordForm;
  /** What has just been done. Default: nothing. */
  readonly done?: "removed";
}

const crumbs = (context: PersonPage, here?: string) => {
  const { title } = deviceTexts[context.language].passwords;
  const start = { text: texts[context.language].startPage, href: "/" };
  return breadcrumbs(context.language, [
    start,
    ...(here === undefined ? [{ text: title }] : [{ text: title, href: passwordsPath }, { text: here }]),
  ]);
};

/** The app passwords somebody has, and the form for a new one. */
export function passwordsPage(context: PersonPage, page: PasswordsPage): Html {
  const t = deviceTexts[context.language].passwords;
  const message =
    page.form?.wrong === "tooMany" ? alert("bad", t.form.tooMany) : page.done ? alert("good", t.remove.removed) : "";
  return layout(
    context,
    t.title,
    html`${crumbs(context)}
<h1>${t.title}</h1>
<p class="lead">${t.lead}</p>
${message}
<div class="stack">
${card("liste", t.list.title, page.list === undefined ? html`<p>${t.list.away}</p>` : list(context, page.list))}
${page.list === undefined ? "" : card("ny", t.form.title, form(context, page))}
</div>`,
  );
}

function list({ language }: PersonPage, known: readonly ListedAppPassword[]): Html {
  const t = deviceTexts[language].passwords;
  return table({
    caption: t.list.title,
    head: [...t.list.head, ""],
    empty: t.list.empty,
    rows: known.map(({ id, name, protocols, createdAt, usedAt }) => [
      name,
      protocols.map((kind) => t.kinds[kind][0]).join(" + "),
      createdAt === null ? "" : day(language, new Date(createdAt)),
      usedAt === null ? t.list.never : date(language, new Date(usedAt)),
      html`<a href="${passwordsPath}/${id}/fjern" aria-label="${t.remove.of(name)}">${t.remove.button}</a>`,
    ]),
  });
}

function form({ language }: PersonPage, { devices, form: sent }: PasswordsPage): Html {
  const t = deviceTexts[language].passwords;
  const possible = kindsOf(devices);
  const wanted = sent?.kinds ?? possible;
  const options = possible.map((kind) => {
    const [label, hint] = t.kinds[kind];
    return { value: kind, label, hint, chosen: wanted.includes(kind) };
  });
  const name = field({
    name: "name",
    label: t.form.name,
    hint: t.form.nameHint,
    value: sent?.name ?? "",
    required: true,
    maxLength: longestName,
    error: sent?.wrong === "name" ? t.form.nameMissing : undefined,
  });
  const wrong = sent?.wrong === "kinds" ? t.form.whatMissing : undefined;
  return postForm(passwordsPath, [name, choices("checkbox", "kind", t.form.what, options, wrong), submit(t.form.make)]);
}

/** The one time that an app password is shown. */
export function madePage(
  context: PersonPage,
  made: { readonly name: string; readonly password: string; readonly kinds: readonly AppPasswordKind[] },
  devices: Devices,
): Html {
  const { user, language } = context;
  const t = deviceTexts[language].passwords.made;
  const code = made.kinds.includes("mail") ? thunderbirdCode(devices, user, made.password) : undefined;
  const apple = devices.imap || devices.caldav || devices.carddav;
  return layout(
    context,
    t.title,
    html`${crumbs(context, made.name)}
<h1>${t.title}</h1>
${alert("note", t.once)}
<div class="stack">
${card(
  "kode",
  made.name,
  html`<dl><dt>${t.login}</dt><dd class="code">${breakable(deviceLogin(user))}</dd><dt>${t.password}</dt><dd class="code">${made.password}</dd></dl>
<p class="small soft">${t.typing}</p>`,
)}
${code ? card("android", t.android.title, html`<div class="beside">${steps(t.android.steps)}${qrCode(code, t.androidCode)}</div>`) : ""}
${
  apple
    ? card(
        "apple",
        t.apple.title,
        html`${steps(t.apple.steps)}
<div class="actions">${postButton("/telefon/profil.mobileconfig", t.appleButton, {
          hidden: { password: made.password, ...Object.fromEntries(made.kinds.map((kind) => [kind, "1"])) },
        })}</div>`,
      )
    : ""
}
</div>
<p class="actions">${linkButton(passwordsPath, t.done, true)}</p>`,
  );
}

/** Asks before an app password is removed. */
export function removePage(context: PersonPage, { id, name }: ListedAppPassword): Html {
  const t = deviceTexts[context.language].passwords.remove;
  return layout(
    context,
    t.title(name),
    html`${crumbs(context, name)}
<section class="card narrow">
<h1>${t.title(name)}</h1>
<p>${t.text}</p>
<div class="actions">${postButton(`${passwordsPath}/${id}/fjern`, t.button, { look: "danger", label: t.of(name) })}${linkButton(passwordsPath, t.keep)}</div>
</section>`,
  );
}
