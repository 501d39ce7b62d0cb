import { html } from "hono/html";
import type { Html } from "./layout.ts";
import { frameTexts, type Language } from "./texts.ts";

const icons = {
  up: html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 8.5l3.2 3.2L13 5" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
  down: html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2.5v7M8 13.2v.1" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"/></svg>`,
  unknown: html`<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="2.6 2.6"/></svg>`,
} as const;

/** An icon beside words that say the same. */
export const icon = (name: keyof typeof icons): Html => icons[name];

/** A mark of a state: a word in a colour with an icon; up is good, down is bad, unknown is neither. */
export const stateMark = (name: keyof typeof icons, word: string): Html =>
  html`<span class="state ${name}">${icons[name]}${word}</span>`;

/** A part of a page under a headline of its own (`h2`). @param id of the headline, unique on the page */
export const card = (id: string, title: string, body: Html | readonly Html[]): Html =>
  html`<section class="card" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;

/** A message at the top of a page: what went well (read out politely), what did not (at once), or a thing to know. */
export const alert = (kind: "good" | "bad" | "note", text: string | Html): Html =>
  html`<div class="alert ${kind}" role="${kind === "bad" ? "alert" : "status"}"><p>${text}</p></div>`;

/** The way to this page. The last step, where one is, has no address. */
export const breadcrumbs = (language: Language, steps: readonly { readonly text: string; readonly href?: string }[]) =>
  html`<nav class="crumbs" aria-label="${frameTexts[language].path}"><ol>${steps.map(({ text, href }) =>
    href === undefined ? html`<li aria-current="page">${text}</li>` : html`<li><a href="${href}">${text}</a></li>`,
  )}</ol></nav>`;

/** A table: each row's first cell names the row. */
export interface Table {
  /** Read out by screen readers, not shown. */
  readonly caption: string;
  /** The last may be empty, over a column of buttons. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | Html)[])[];
  /** Said instead of a table without rows. */
  readonly empty: string;
}

/**
 * A table; on a narrow screen each row stands as a block of its own, its cells below each other behind their headings.
 * The roles say what it is where the layout no longer does.
 */
export function table({ caption, head, rows, empty }: Table): Html {
  if (rows.length === 0) return html`<p class="soft">${empty}</p>`;
  const cell = (content: string | Html, i: number) =>
    i === 0
      ? html`<th scope="row" role="rowheader">${content}</th>`
      : html`<td role="cell"${head[i] ? html` data-label="${head[i]}"` : ""}>${content}</td>`;
  return html`<div class="scroll"><table role="table">
<caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${head.map((text) => html`<th scope="col" role="columnheader">${text}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => html`<tr role="row">${row.map(cell)}</tr>`)}</tbody>
</table></div>`;
}

/** A link that looks like a button. @param first whether it is the page's main way on */
export const linkButton = (href: string, text: string, first = false): Html =>
  html`<a class="button${first ? " first" : ""}" href="${href}">${text}</a>`;
