import { html } from "hono/html";
import { type Html, layout } from "../../web/layout.ts";
import { breadcrumbs, card, linkButton, table } from "../../web/parts.ts";
import { qrCode } from "../../web/qr.ts";
import { type Devices, davLink, deviceLogin, thunderbirdCode } from "../devices.ts";
import { texts } from "../texts.ts";
import { deviceTexts } from "../texts-devices.ts";
import { passwordsPath } from "./app-passwords.ts";
import { type PersonPage, steps } from "./parts.ts";

/** Path of the page on phones and mail programs. */
export const devicesPath = "/telefon";

/** How each device is set up, and all settings for those that nobody thought of. */
export function devicesPage(context: PersonPage, devices: Devices): Html {
  const { language, settings, user, site } = context;
  const t = deviceTexts[language].devices;
  const beside = (items: readonly string[], code: Html) => html`<div class="beside">${steps(items)}${code}</div>`;
  const mail = thunderbirdCode(devices, user);
  const dav = davLink(devices, user);
  const cards: (Html | undefined)[] = [
    settings.accessUrl &&
      card(
        "foerst",
        t.first.title,
        html`<p>${t.first.steps}</p><p class="actions">${linkButton(passwordsPath, t.first.button, true)}</p>`,
      ),
    mail || dav
      ? card(
          "apple",
          t.apple.title,
          html`${beside(t.apple.steps, qrCode(`${site.origin}${devicesPath}`, t.apple.code))}
<p class="actions">${linkButton(`${devicesPath}/profil.mobileconfig`, t.apple.button)}</p>
<p class="small soft">${t.apple.unsigned}</p>`,
        )
      : undefined,
    mail && card("android", t.android.title, beside(t.android.steps, qrCode(mail, t.android.code))),
    dav &&
      card(
        "dav",
        t.dav.title,
        html`${beside(t.dav.steps, qrCode(dav, t.dav.code))}
<p class="actions">${linkButton(dav, t.dav.link)}</p>`,
      ),
    devices.imap &&
      card(
        "thunderbird",
        t.thunderbird.title,
        steps(devices.caldav ? t.thunderbird.steps : t.thunderbird.steps.slice(0, 2)),
      ),
    devices.webdav &&
      card("filer", t.files.title, html`<p><span class="address">${devices.webdav}</span></p>${steps(t.files.steps)}`),
    Object.keys(devices).length > 0 ? card("alle", t.all.title, all(context, devices)) : undefined,
  ].map((item) => item || undefined);
  const shown = cards.filter((item) => item !== undefined);
  return layout(
    context,
    t.title,
    html`${breadcrumbs(language, [{ text: texts[language].startPage, href: "/" }, { text: t.title }])}
<h1>${t.title}</h1>
<p class="lead">${Object.keys(devices).length > 0 ? t.lead : t.nothing}</p>
<div class="stack">${shown}</div>`,
  );
}

function all({ language, user }: PersonPage, devices: Devices): Html {
  const t = deviceTexts[language].devices.all;
  const { imap, smtp } = devices;
  const servers = (
    [
      ["imap", imap],
      ["smtp", smtp],
    ] as const
  ).flatMap(([kind, server]) =>
    server ? [[t.names[kind], server.host, String(server.port), t.security[server.security]]] : [],
  );
  const addresses = (["caldav", "carddav", "webdav"] as const).flatMap((kind) => {
    const address = devices[kind];
    return address ? [[t.names[kind], address, new URL(address).port || "443", t.security.tls]] : [];
  });
  return html`<p>${t.login(deviceLogin(user))}</p>
${table({ caption: t.title, head: t.head, empty: "", rows: [...servers, ...addresses] })}`;
}
