import { html } from "hono/html";
import { field, postForm, submit } from "../../web/forms.ts";
import { type Html, layout, type PageContext } from "../../web/layout.ts";
import { alert, linkButton, table } from "../../web/parts.ts";
import { size } from "../../web/size.ts";
import { day } from "../../web/time.ts";
import type { Link } from "../core/links.ts";
import type { Entry } from "../core/listing.ts";
import { type Segments, writeSegments } from "../core/path.ts";
import { texts } from "../texts.ts";
import { addresses } from "./addresses.ts";

const below = (link: Link, page: string, segments: Segments = []) =>
  `${addresses.open(link.token)}/${page}${segments.length > 0 ? `/${writeSegments(segments)}` : ""}`;
const nameOf = (link: Link, fallback: string) => link.segments.at(-1) ?? fallback;

/** Asks for a link's password. @param problem a sentence of what went wrong */
export function passwordPage(context: PageContext, link: Link, problem?: string): Html {
  const t = texts[context.language].open;
  return layout(
    context,
    t.password,
    html`<section class="card narrow"><h1>${t.password}</h1>
<p>${t.passwordLead}</p>
${postForm(addresses.open(link.token), [field({ name: "password", label: t.password, type: "password", required: true, error: problem, maxLength: 200 }), submit(t.go)])}</section>`,
  );
}

/** What a link to fetch by leads to: a file, or a folder's content. */
export function fetchPage(
  context: PageContext,
  link: Link,
  what: { readonly bytes: number; readonly segments: Segments; readonly entries?: readonly Entry[] },
): Html {
  const { language } = context;
  const all = texts[language];
  const t = all.open;
  const f = all.folder;
  const name = what.segments.at(-1) ?? nameOf(link, all.title);
  const rows = (what.entries ?? []).map((entry) => {
    const path = [...what.segments, entry.name];
    return [
      html`<a href="${below(link, entry.folder ? "mappe" : "fil", path)}">${entry.name}</a>`,
      entry.folder ? f.isFolder : size(language, entry.bytes),
    ];
  });
  const body = what.entries
    ? html`${table({ caption: f.caption, head: [f.name, f.size], rows, empty: all.trash.empty })}
<p class="actions">${linkButton(below(link, "zip"), t.zip, true)}</p>`
    : html`<p class="soft">${size(language, what.bytes)}</p><p class="actions">${linkButton(below(link, "fil"), t.download, true)}</p>`;
  return layout(
    context,
    name,
    html`<section class="card narrow"><h1>${name}</h1>
<p class="soft">${t.from(link.byName)}. ${t.until(day(language, new Date(link.expires)))}</p>
${body}</section>`,
  );
}

/** Where those without a login hand files in. */
export function handInPage(
  context: PageContext,
  link: Link,
  options: { readonly maxBytes: number; readonly received?: number | undefined; readonly problem?: string | undefined },
): Html {
  const { language } = context;
  const t = texts[language].open;
  return layout(
    context,
    t.handInTitle,
    html`<section class="card narrow"><h1>${t.handInTitle}</h1>
<p>${t.handInLead(link.byName)}</p>
${options.received ? alert("good", t.thanks(options.received)) : ""}${options.problem ? alert("bad", options.problem) : ""}
${postForm(
  addresses.open(link.token),
  [
    field({
      name: "sender",
      label: t.yourName,
      hint: t.yourNameHint,
      required: true,
      maxLength: 80,
      autocomplete: "name",
    }),
    html`<div class="field"><label for="files">${t.files}</label><p class="small soft" id="files-hint">${t.filesHint(size(language, options.maxBytes))}</p>
<input type="file" id="files" name="files" multiple required aria-describedby="files-hint"></div>`,
    submit(t.send),
  ],
  true,
)}
<p class="small soft">${t.until(day(language, new Date(link.expires)))}</p></section>`,
  );
}
