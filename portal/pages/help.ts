import { html } from "hono/html";
import { texts } from "../texts.ts";
import { type Html, layout, type PageContext } from "./layout.ts";
import { contact } from "./parts.ts";

/** How to log in, for those who are not: on screen and on paper. */
export function helpPage(context: PageContext): Html {
  const { settings, language } = context;
  const t = texts[language].help.page;
  const steps = (items: readonly string[]) =>
    html`<ol class="steps">${items.map((item) => html`<li><span>${item}</span></li>`)}</ol>`;
  const section = (id: string, title: string, body: Html) =>
    html`<section class="card" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;
  return layout(
    context,
    t.title,
    html`<h1>${t.title}</h1>
<p class="lead">${t.lead}</p>
<div class="grid two">
<div class="stack">
${section(
  "dag",
  t.login.title,
  html`<p><span class="address">${settings.startOrigin}</span></p>
${steps(t.login.steps)}`,
)}
${section("vaek", t.gone.title, html`${t.gone.paragraphs.map((text) => html`<p>${text}</p>`)}`)}
${section("kode", t.code.title, steps(t.code.steps))}
</div>
<div class="stack">
${section("ring", t.contact.title, contact(settings, language))}
${section(
  "driller",
  t.trouble.title,
  html`<dl class="trouble">${t.trouble.items.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl>`,
)}
${section(
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

/** A page of a headline and a sentence, with a way on. */
export function notePage(context: PageContext, note: { title: string; text: string }, on?: string): Html {
  const t = texts[context.language];
  return layout(
    context,
    note.title,
    html`<section class="card narrow">
<h1>${note.title}</h1>
<p>${note.text}</p>
<p class="actions"><a class="button first" href="/">${on ?? t.startPage}</a></p>
</section>`,
  );
}
