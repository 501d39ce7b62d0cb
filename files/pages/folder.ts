import { html } from "hono/html";
import { field, postForm, submit } from "../../web/forms.ts";
import { type Html, layout, type PageContext } from "../../web/layout.ts";
import { alert, breadcrumbs, card, linkButton, table } from "../../web/parts.ts";
import { size } from "../../web/size.ts";
import { date } from "../../web/time.ts";
import type { Entry } from "../core/listing.ts";
import type { Segments } from "../core/path.ts";
import type { NamedSpace } from "../core/spaces.ts";
import { texts } from "../texts.ts";
import { addresses } from "./addresses.ts";

/** A message that a page begins with. */
export interface Message {
  readonly kind: "good" | "bad";
  readonly text: string;
}

/** A message, or nothing. */
export const shown = (message: Message | undefined): Html | string =>
  message ? alert(message.kind, message.text) : "";

/** The way from the start of the files to a folder or file. */
export function way(context: PageContext, { name, key }: NamedSpace, segments: Segments, last?: string): Html {
  const t = texts[context.language];
  const above = segments.map((text, i) => ({ text, href: addresses.folder(key, segments.slice(0, i + 1)) }));
  const steps = [{ text: t.title, href: "/" }, { text: name, href: addresses.folder(key, []) }, ...above];
  if (last !== undefined) return breadcrumbs(context.language, [...steps, { text: last }]);
  const { text } = steps.at(-1) ?? { text: "" };
  return breadcrumbs(context.language, [...steps.slice(0, -1), { text }]);
}

/** The field that looks for names. */
export const searchForm = (context: PageContext, text = ""): Html => {
  const t = texts[context.language].search;
  return html`<form role="search" action="${addresses.search}" method="get">${field({ name: "q", label: t.label, type: "search", value: text, maxLength: 200 })}${submit(t.go, "plain")}</form>`;
};

/** All folders of a person. */
export function spacesPage(
  context: PageContext,
  spaces: readonly (NamedSpace & { readonly used: number })[],
  groupsKnown: boolean,
): Html {
  const { language } = context;
  const t = texts[language];
  const rows = spaces.map(
    ({ name, key, used, space }) => html`<li><h3><a href="${addresses.folder(key, [])}">${name}</a></h3>
<span class="small soft">${t.used(size(language, used), size(language, space.room.quotaBytes))}</span>
<p class="small">${key === "mine" ? t.ownAbout : t.groupAbout}</p></li>`,
  );
  return layout(
    context,
    t.title,
    html`<h1>${t.title}</h1>
<p class="lead">${t.lead}</p>
<div class="grid two">
<section class="card"><ul class="rows">${rows}</ul>
${groupsKnown ? (spaces.length === 1 ? html`<p class="small soft">${t.noGroups}</p>` : "") : html`<p class="small soft">${t.waiting}</p>`}</section>
<section class="card">${searchForm(context)}</section>
</div>`,
  );
}

/** What a folder's page shows. */
export interface FolderView {
  readonly named: NamedSpace;
  readonly segments: Segments;
  readonly entries: readonly Entry[];
  readonly used: number;
  readonly links: boolean;
  readonly message?: Message | undefined;
}

/** A folder: what is in it, and what can be added. */
export function folderPage(context: PageContext, view: FolderView): Html {
  const { language } = context;
  const { named, segments, entries } = view;
  const t = texts[language];
  const f = t.folder;
  const name = segments.at(-1) ?? named.name;
  const rows = entries.map((entry) => {
    const path = [...segments, entry.name];
    return [
      html`<a href="${entry.folder ? addresses.folder(named.key, path) : addresses.file(named.key, path)}">${entry.name}</a>`,
      entry.folder ? f.isFolder : size(language, entry.bytes),
      date(language, entry.changed),
      html`<a href="${addresses.item(named.key, path)}" aria-label="${f.moreOf(entry.name)}">${f.more}</a>`,
    ];
  });
  const head = [f.name, f.size, f.changed, ""];
  return layout(
    context,
    name,
    html`${way(context, named, segments)}
<h1>${name}</h1>
<p class="soft">${t.used(size(language, view.used), size(language, named.space.room.quotaBytes))}</p>
${shown(view.message)}
<div class="stack">
<section class="card">${table({ caption: f.caption, head, rows, empty: f.empty })}
<p class="actions">${entries.length > 0 ? linkButton(addresses.zip(named.key, segments), f.zip) : ""}${
      view.links ? linkButton(addresses.share(named.key, segments), f.share) : ""
    }${linkButton(addresses.trash(named.key), f.trash)}</p></section>
<div class="grid two">
${card(
  "laeg-op",
  f.upload,
  html`<div id="sender" data-folder="${addresses.folder(named.key, segments)}" data-texts="${JSON.stringify({ ...t.script, problems: t.problems })}">${postForm(
    addresses.send(named.key, segments),
    [
      html`<div class="field"><label for="files">${f.files}</label><p class="small soft" id="files-hint">${f.uploadHint}</p>
<input type="file" id="files" name="files" multiple required aria-describedby="files-hint"></div>`,
      submit(f.send),
    ],
    true,
  )}<ul class="plain" id="sendinger" aria-live="polite"></ul></div>`,
)}
${card(
  "ny-mappe",
  f.makeFolder,
  postForm(addresses.folder(named.key, segments), [
    field({ name: "name", label: f.folderName, required: true, maxLength: 255 }),
    submit(f.make, "plain"),
  ]),
)}
</div>
</div>`,
    ["/filer.js"],
  );
}

/** A hit of a search. */
export interface Hit {
  readonly named: NamedSpace;
  readonly segments: Segments;
  readonly folder: boolean;
}

/** What a search found. */
export function searchPage(context: PageContext, text: string, hits: readonly Hit[], most: number): Html {
  const t = texts[context.language];
  const s = t.search;
  const rows = hits.map(({ named, segments, folder }) => [
    html`<a href="${folder ? addresses.folder(named.key, segments) : addresses.file(named.key, segments)}">${segments.at(-1)}</a>`,
    html`<a href="${addresses.folder(named.key, segments.slice(0, -1))}">${[named.name, ...segments.slice(0, -1)].join(" / ")}</a>`,
    html`<a href="${addresses.item(named.key, segments)}" aria-label="${t.folder.moreOf(segments.at(-1) ?? "")}">${t.folder.more}</a>`,
  ]);
  const head = [t.folder.name, s.where, ""];
  return layout(
    context,
    s.title(text),
    html`${breadcrumbs(context.language, [{ text: t.title, href: "/" }, { text: s.title(text) }])}
<h1>${s.title(text)}</h1>
<div class="stack">
<section class="card">${searchForm(context, text)}</section>
<section class="card">${table({ caption: s.hits, head, rows, empty: s.none })}
${hits.length >= most ? html`<p class="small soft">${s.more(most)}</p>` : ""}</section>
</div>`,
  );
}
