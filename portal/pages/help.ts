import { html } from "hono/html";
import { type Html, layout } from "../../web/layout.ts";
import { card } from "../../web/parts.ts";
import { texts } from "../texts.ts";
import { contact, type PortalPage, steps } from "./parts.ts";

/** How to log in, for those who are not: on screen and on paper. */
export function helpPage(context: PortalPage): Html {
  const { settings, language } = context;
  const t = texts[language].help.page;
  return layout(
    context,
    t.title,
    html`<h1>${t.title}</h1>
<p class="lead">${t.lead}</p>
<div class="grid two">
<div class="stack">
${card(
  "dag",
  t.login.title,
  html`<p><span class="address">${settings.site.startOrigin}</span></p>
${steps(t.login.steps)}`,
)}
${card("vaek", t.gone.title, html`${t.gone.paragraphs.map((text) => html`<p>${text}</p>`)}`)}
${card("kode", t.code.title, steps(t.code.steps))}
</div>
<div class="stack">
${card("ring", t.contact.title, contact(settings, language))}
${card(
  "driller",
  t.trouble.title,
  html`<dl class="trouble">${t.trouble.items.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl>`,
)}
${card(
  "rod",
  t.root.title,
  html`<p>${t.root.text}</p>
<p><a href="${language === "da" ? "/rod.crt" : "/root.crt"}">${t.root.link}</a></p>`,
)}
<p class="small soft screen">${t.print}</p>
</div>
</div>`,
  );
}
