import { html } from "hono/html";
import { type Html, layout } from "../../web/layout.ts";
import { alert, breadcrumbs } from "../../web/parts.ts";
import type { ListVisit, Visit } from "../app.ts";

/** A message after a form was taken, named in the address that follows it. */
export type Told = Readonly<Record<string, { readonly kind: "good" | "bad"; readonly text: string }>>;

/** A page below the front page. */
export const listPage = (
  { context, t, list }: ListVisit,
  title: string,
  body: Html | readonly Html[],
  told: Told = {},
  steps: readonly { readonly text: string; readonly href?: string }[] = [],
): Html =>
  layout(
    context,
    `${title} - ${list.title}`,
    html`${breadcrumbs(context.language, [
      { text: t.title, href: "/" },
      ...(steps.length > 0 || title !== list.title ? [{ text: list.title, href: `/liste/${list.name}` }] : []),
      ...steps,
      { text: title },
    ])}
${message(context, told)}
<h1>${title}</h1>
${body}`,
  );

/** The message that the address asks for. */
export function message({ query }: Visit["context"], told: Told): Html | "" {
  const found = Object.hasOwn(told, query.get("besked") ?? "") ? told[query.get("besked") ?? ""] : undefined;
  return found ? alert(found.kind, found.text) : "";
}

/** A text of several lines, as it is. */
export const lines = (text: string): Html => html`<div class="letter">${text}</div>`;
