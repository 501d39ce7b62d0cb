import { html } from "hono/html";
import { field, postButton, postForm, select, submit } from "../../web/forms.ts";
import { type Html, layout, type PageContext } from "../../web/layout.ts";
import { breadcrumbs, card, linkButton, table } from "../../web/parts.ts";
import { size } from "../../web/size.ts";
import { date } from "../../web/time.ts";
import type { Kept } from "../core/kept.ts";
import type { Segments } from "../core/path.ts";
import type { NamedSpace } from "../core/spaces.ts";
import { texts } from "../texts.ts";
import { addresses } from "./addresses.ts";
import { type Message, shown, way } from "./folder.ts";

/** What the page of a file or folder shows. */
export interface ItemView {
  readonly named: NamedSpace;
  readonly segments: Segments;
  readonly folder: boolean;
  readonly bytes: number;
  readonly changed: Date;
  readonly versions: readonly Kept[];
  /** Folders it may be moved to. */
  readonly targets: readonly { readonly named: NamedSpace; readonly segments: Segments }[];
  readonly trashDays: number;
  readonly links: boolean;
  readonly message?: Message | undefined;
}

/** Value of a choice of a folder: its space and path. */
export const targetValue = (key: string, segments: Segments): string => JSON.stringify([key, ...segments]);

/** A file or folder: fetch, rename, move, share, delete, earlier versions. */
export function itemPage(context: PageContext, view: ItemView): Html {
  const { language } = context;
  const { named, segments, folder } = view;
  const t = texts[language];
  const i = t.item;
  const name = segments.at(-1) ?? "";
  const here = addresses.item(named.key, segments);
  const options = view.targets.map((target) => ({
    value: targetValue(target.named.key, target.segments),
    label: [target.named.name, ...target.segments].join(" / "),
  }));
  const first = folder
    ? linkButton(addresses.folder(named.key, segments), i.open, true)
    : linkButton(addresses.file(named.key, segments), i.download, true);
  const versions = table({
    caption: i.versions,
    head: [t.folder.changed, t.folder.size, i.versionBy, ""],
    rows: view.versions.map((kept) => {
      const when = date(language, new Date(kept.at));
      return [
        when,
        size(language, kept.bytes),
        kept.by,
        postButton(here, i.back, { label: i.backOf(when), hidden: { action: "restore", id: kept.id } }),
      ];
    }),
    empty: i.noVersions,
  });
  return layout(
    context,
    name,
    html`${way(context, named, segments.slice(0, -1), name)}
<h1>${name}</h1>
<p class="soft">${t.search.where} ${[named.name, ...segments.slice(0, -1)].join(" / ")}</p>
${shown(view.message)}
<div class="grid two">
<div class="stack">
${card(
  "fakta",
  folder ? i.factsFolder : i.facts,
  html`<dl>${folder ? "" : html`<dt>${t.folder.size}</dt><dd>${size(language, view.bytes)}</dd>`}<dt>${t.folder.changed}</dt><dd>${date(language, view.changed)}</dd></dl>
<p class="actions">${first}${folder ? linkButton(addresses.zip(named.key, segments), t.folder.zip) : ""}${view.links ? linkButton(addresses.share(named.key, segments), i.share) : ""}</p>`,
)}
${folder ? "" : card("udgaver", i.versions, versions)}
</div>
<div class="stack">
${card("omdoeb", i.rename, postForm(here, [html`<input type="hidden" name="action" value="rename">`, field({ name: "name", label: i.newName, value: name, required: true, maxLength: 255 }), submit(i.renameGo, "plain")]))}
${options.length > 0 ? card("flyt", i.move, postForm(here, [html`<input type="hidden" name="action" value="move">`, select("to", i.moveTo, options), submit(i.moveGo, "plain")])) : ""}
${card("slet", i.remove, [html`<p class="small soft">${i.removeText(view.trashDays)}</p>`, postButton(here, i.remove, { look: "danger", hidden: { action: "remove" } })])}
</div>
</div>`,
  );
}

/** What was deleted or replaced in a space. */
export function trashPage(
  context: PageContext,
  view: {
    readonly named: NamedSpace;
    readonly spaces: readonly NamedSpace[];
    readonly kept: readonly Kept[];
    readonly trashDays: number;
    readonly message?: Message | undefined;
  },
): Html {
  const { language } = context;
  const { named } = view;
  const all = texts[language];
  const t = all.trash;
  const here = addresses.trash(named.key);
  const rows = view.kept.map((kept) => {
    const name = kept.segments.at(-1) ?? "";
    return [
      name,
      [named.name, ...kept.segments.slice(0, -1)].join(" / "),
      html`${date(language, new Date(kept.at))}<br><span class="small soft">${t.what[kept.kind]}, ${size(language, kept.bytes)}</span>`,
      kept.by,
      html`<div class="actions">${postButton(here, t.restore, { label: `${t.restore} ${name}`, hidden: { action: "restore", id: kept.id } })}${postButton(here, t.drop, { look: "danger", label: `${t.drop}: ${name}`, hidden: { action: "drop", id: kept.id } })}</div>`,
    ];
  });
  const others =
    view.spaces.length > 1
      ? html`<p class="actions">${view.spaces.filter(({ key }) => key !== named.key).map(({ key, name }) => linkButton(addresses.trash(key), name))}</p>`
      : "";
  return layout(
    context,
    t.title,
    html`${breadcrumbs(language, [{ text: all.title, href: "/" }, { text: named.name, href: addresses.folder(named.key, []) }, { text: t.title }])}
<h1>${t.title}: ${named.name}</h1>
<p class="lead">${t.lead(view.trashDays)}</p>
${shown(view.message)}
<section class="card">${table({ caption: t.caption, head: [t.name, t.was, t.when, t.by, ""], rows, empty: t.empty })}${others}</section>`,
  );
}
