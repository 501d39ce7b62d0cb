import { html } from "hono/html";
import type { PortalSettings } from "../settings.ts";
import { type Language, texts } from "../texts.ts";
import type { Html } from "./layout.ts";

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
