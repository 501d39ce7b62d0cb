import { html } from "hono/html";
import { HTTPException } from "hono/http-exception";
import { field, postButton, submit } from "../../web/forms.ts";
import type { Html } from "../../web/layout.ts";
import { alert, linkButton, table } from "../../web/parts.ts";
import { size } from "../../web/size.ts";
import { date } from "../../web/time.ts";
import { demand, type ListVisit, mayRead, type Routes } from "../app.ts";
import type { Entry, Kept } from "../store/archive.ts";
import { readFileOf } from "../store/mail.ts";
import { lines, listPage } from "./parts.ts";

/** Numbers of mails and files, as they stand in addresses. */
const number = (text: string | undefined): string => {
  if (!/^[0-9]{1,15}$/.test(text ?? "")) throw new HTTPException(404);
  return text ?? "";
};

/** Reading and searching what was sent. */
export function archiveRoutes({ app, archive, listVisit }: Routes): void {
  app.get("/liste/:name/arkiv", async (c) => {
    const visited = await listVisit(c);
    demand(mayRead(visited.list, visited.standing));
    const search = (c.req.query("q") ?? "").replaceAll("\0", "").slice(0, 200).trim();
    const page = Math.min(Number(number(c.req.query("side") ?? "0")), 10_000);
    const found = await archive.page(visited.list.name, search, page);
    return c.html(archivePage(visited, search, page, found));
  });

  app.get("/liste/:name/arkiv/:id", async (c) => {
    const visited = await listVisit(c);
    demand(mayRead(visited.list, visited.standing));
    const mail = await archive.find(visited.list.name, number(c.req.param("id")));
    if (!mail) throw new HTTPException(404);
    return c.html(mailPage(visited, mail));
  });

  app.get("/liste/:name/arkiv/:id/fil/:file", async (c) => {
    const { list, standing } = await listVisit(c);
    demand(mayRead(list, standing));
    const [id, file] = [number(c.req.param("id")), Number(number(c.req.param("file")))];
    const mail = await archive.find(list.name, id);
    const raw = await archive.raw(list.name, id);
    const content = raw && (await readFileOf(raw, file));
    const name = mail?.attachments[file]?.name;
    if (content === undefined || name === undefined) throw new HTTPException(404);
    // Always saved, never shown: nothing a stranger sent runs under this site's name.
    return c.body(content, 200, {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, escapeByte)}`,
      "content-security-policy": "sandbox; default-src 'none'",
    });
  });

  app.post("/liste/:name/arkiv/:id/slet", async (c) => {
    const { list, standing } = await listVisit(c);
    demand(standing.owner);
    await archive.remove(list.name, number(c.req.param("id")));
    return c.redirect(`/liste/${list.name}/arkiv?besked=slettet`, 303);
  });
}

const escapeByte = (letter: string) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;

function archivePage(
  visited: ListVisit,
  search: string,
  page: number,
  found: { readonly entries: readonly Entry[]; readonly more: boolean },
): Html {
  const { list, t, context } = visited;
  const path = `/liste/${list.name}/arkiv`;
  const at = (side: number) =>
    `${path}?${new URLSearchParams({ ...(search ? { q: search } : {}), side: String(side) })}`;
  const rows = found.entries.map((entry) => [
    html`<a href="${path}/${entry.id}">${entry.subject || t.archive.noSubject}</a>${
      entry.files > 0 ? html` <span class="small soft">${t.archive.count(entry.files)}</span>` : ""
    }`,
    entry.fromName,
    date(context.language, entry.sentAt),
  ]);
  const body = html`<div class="stack"><form class="card" method="get" action="${path}" role="search">
${field({ name: "q", label: t.archive.search, hint: t.archive.searchHint, value: search, type: "search", maxLength: 200 })}
<div class="actions">${submit(t.archive.find)}${search ? linkButton(path, t.archive.all) : ""}</div>
</form>
<section class="card" aria-label="${t.archive.title}">
${table({
  caption: t.archive.title,
  head: [t.archive.subject, t.archive.from, t.archive.sent],
  rows,
  empty: search ? t.archive.nothing : t.archive.empty,
})}
<div class="actions">${page > 0 ? linkButton(at(page - 1), t.archive.newer) : ""}${
    found.more ? linkButton(at(page + 1), t.archive.older) : ""
  }</div>
</section></div>`;
  return listPage(visited, t.archive.title, body, { slettet: { kind: "good", text: t.archive.removed } });
}

function mailPage(visited: ListVisit, mail: Kept): Html {
  const { list, t, context, standing } = visited;
  const path = `/liste/${list.name}/arkiv`;
  const title = mail.subject || t.archive.noSubject;
  const from = mail.fromAddress ? html`<a href="mailto:${mail.fromAddress}">${mail.fromAddress}</a>` : "";
  const body = html`<article class="card">
${mail.broken ? alert("note", t.archive.broken) : ""}
<dl><dt>${t.archive.from}</dt><dd>${mail.fromName === mail.fromAddress ? "" : mail.fromName} ${from}</dd>
<dt>${t.archive.sent}</dt><dd>${date(context.language, mail.sentAt)}</dd></dl>
${lines(mail.body)}
${
  mail.attachments.length === 0
    ? ""
    : html`<h2>${t.archive.files}</h2><ul class="plain">${mail.attachments.map(
        (file, i) =>
          html`<li><a href="${path}/${mail.id}/fil/${i}" download>${file.name}</a> <span class="small soft">${size(context.language, file.size)}</span></li>`,
      )}</ul><p class="small soft">${t.archive.filesWarning}</p>`
}
</article>
${standing.owner ? html`<div class="actions">${postButton(`${path}/${mail.id}/slet`, t.archive.remove, { look: "danger" })}</div>` : ""}`;
  return listPage(visited, title, body, {}, [{ text: t.archive.title, href: path }]);
}
