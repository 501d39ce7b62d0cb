import { html } from "hono/html";
import type { Html, PageContext } from "../../web/layout.ts";
import type { Language } from "../../web/texts.ts";
import type { User } from "../../web/user.ts";
import type { PortalSettings } from "../settings.ts";
import { texts } from "../texts.ts";

/** What every page of the portal knows. */
export interface PortalPage extends PageContext {
  readonly settings: PortalSettings;
}

/** What a page knows that is only for those who are logged in. */
export type PersonPage = PortalPage & { readonly user: User };

/** What to do, in numbered steps. */
export const steps = (items: readonly string[]): Html =>
  html`<ol class="steps">${items.map((item) => html`<li><span>${item}</span></li>`)}</ol>`;

/** A mail address may break before its "@", and nowhere odd. */
export function breakable(value: string): Html {
  const at = value.indexOf("@");
  return at < 0 ? html`${value}` : html`${value.slice(0, at)}<wbr>${value.slice(at)}`;
}

/** Whom to call: what the stack file says, or a sentence where it says nothing. */
export function contact({ help }: PortalSettings, language: Language): Html {
  const t = texts[language].help;
  const { phone, mail, hours, text } = help;
  if (!phone && !mail && !text) return html`<p>${t.noContact}</p>`;
  return html`<div class="contact">${
    phone
      ? html`<p class="call"><a href="tel:${phone.replaceAll(/[^+0-9]/g, "")}" aria-label="${t.phone} ${phone}">${phone}</a></p>`
      : ""
  }
${mail ? html`<p><a href="mailto:${mail}">${mail}</a></p>` : ""}
${hours ? html`<p class="soft">${hours}</p>` : ""}
${text ? html`<p>${text}</p>` : ""}</div>`;
}
