import { html } from "hono/html";
import { choices, field, postButton, postForm, submit } from "../../web/forms.ts";
import { type Html, layout, type PageContext } from "../../web/layout.ts";
import { breadcrumbs, table } from "../../web/parts.ts";
import { day } from "../../web/time.ts";
import type { Link } from "../core/links.ts";
import type { Segments } from "../core/path.ts";
import type { NamedSpace } from "../core/spaces.ts";
import type { FilesSettings } from "../settings.ts";
import { texts } from "../texts.ts";
import { addresses } from "./addresses.ts";
import { type Message, shown, way } from "./folder.ts";

/** A form for a new link to a file or folder. */
export function sharePage(
  context: PageContext,
  view: {
    readonly named: NamedSpace;
    readonly segments: Segments;
    readonly folder: boolean;
    readonly shares: FilesSettings["shares"];
    readonly error?: string | undefined;
  },
): Html {
  const { named, segments, folder, shares, error } = view;
  const t = texts[context.language].links;
  const name = segments.at(-1) ?? named.name;
  const kinds = choices("radio", "kind", t.kind, [
    { value: "fetch", label: t.fetch, hint: t.fetchHint, chosen: true },
    { value: "hand-in", label: t.handIn, hint: t.handInHint },
  ]);
  return layout(
    context,
    t.newTitle(name),
    html`${way(context, named, segments.slice(0, -1), t.newTitle(name))}
<h1>${t.newTitle(name)}</h1>
<section class="card narrow">${postForm(addresses.share(named.key, segments), [
      folder && shares.handIn ? kinds : html`<input type="hidden" name="kind" value="fetch">`,
      field({
        name: "days",
        label: t.days,
        hint: t.daysHint(shares.maxDays),
        type: "number",
        value: String(shares.defaultDays),
        required: true,
      }),
      field({
        name: "password",
        label: t.password,
        hint: t.passwordHint,
        error,
        type: "password",
        required: shares.passwordRequired,
        autocomplete: "new-password",
        maxLength: 200,
      }),
      field({ name: "limit", label: t.limit, hint: t.limitHint, type: "number" }),
      submit(t.make),
    ])}</section>`,
  );
}

/** The links a person has made. */
export function linksPage(context: PageContext, links: readonly Link[], message?: Message, made?: string): Html {
  const { language, site } = context;
  const all = texts[language];
  const t = all.links;
  const now = Date.now();
  const rows = links.map((link) => {
    const name = link.segments.at(-1) ?? all.own;
    const address = `${site.origin}${addresses.open(link.token)}`;
    return [
      html`${name}<br><span class="small soft">${link.kind === "fetch" ? t.fetch : t.handIn}${link.password ? `, ${t.locked}` : ""}</span>`,
      html`<a class="anywhere" href="${address}">${address}</a>`,
      link.expires <= now ? t.expired : day(language, new Date(link.expires)),
      t.of(link.used, link.limit),
      postButton(addresses.links, t.revoke, { look: "danger", label: t.revokeOf(name), hidden: { token: link.token } }),
    ];
  });
  return layout(
    context,
    t.title,
    html`${breadcrumbs(language, [{ text: all.title, href: "/" }, { text: t.title }])}
<h1>${t.title}</h1>
<p class="lead">${t.lead}</p>
${shown(message)}
${made === undefined ? "" : html`<p class="address">${site.origin}${addresses.open(made)}</p>`}
<section class="card">${table({ caption: t.caption, head: [t.what, t.link, t.until, t.uses, ""], rows, empty: t.none })}</section>`,
  );
}
