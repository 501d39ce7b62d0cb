import { html } from "hono/html";
import { z } from "zod";
import { field, postButton, postForm, submit } from "../../web/forms.ts";
import type { Html } from "../../web/layout.ts";
import { card, table } from "../../web/parts.ts";
import { demand, type ListVisit, type Routes } from "../app.ts";
import type { ListMember } from "../store/members.ts";
import { listPage } from "./parts.ts";

const address = z.email().max(254);

/** Members as the owners see and change them. */
export function memberRoutes({ app, members, keeper, listVisit }: Routes): void {
  app.get("/liste/:name/medlemmer", async (c) => {
    const visited = await listVisit(c);
    demand(visited.standing.owner);
    return c.html(membersPage(visited, await members.wanted(visited.list.name)));
  });

  app.post("/liste/:name/medlemmer", async (c) => {
    const { list, standing, user } = await listVisit(c);
    demand(standing.owner);
    const form = await c.req.formData();
    const given = address.safeParse(
      String(form.get("adresse") ?? "")
        .trim()
        .toLowerCase(),
    );
    const path = `/liste/${list.name}/medlemmer`;
    if (!given.success) return c.redirect(`${path}?besked=forkert`, 303);
    const name = String(form.get("navn") ?? "")
      .replace(/\p{Cc}/gu, " ")
      .trim()
      .slice(0, 100);
    await members.addAddress(list.name, given.data, name, user.guid);
    await keeper.bring(list);
    return c.redirect(`${path}?besked=sat`, 303);
  });

  app.post("/liste/:name/medlemmer/tag-af", async (c) => {
    const { list, standing } = await listVisit(c);
    demand(standing.owner);
    await members.takeOff(list.name, String((await c.req.formData()).get("adresse") ?? ""));
    await keeper.bring(list);
    return c.redirect(`/liste/${list.name}/medlemmer?besked=taget`, 303);
  });
}

function membersPage(visited: ListVisit, found: readonly ListMember[]): Html {
  const { list, t } = visited;
  const m = t.members;
  const path = `/liste/${list.name}/medlemmer`;
  const rows = found.map((one) => [
    one.name || one.address,
    one.address,
    one.by === "group" ? m.group : m.hand,
    postButton(`${path}/tag-af`, m.takeOff, {
      label: m.takeOffNamed(one.name || one.address),
      hidden: { adresse: one.address },
    }),
  ]);
  const body = html`<p class="lead">${m.lead}</p>
<div class="stack">
${card(
  "ny",
  m.add,
  postForm(path, [
    field({ name: "adresse", label: m.address, hint: m.addHint, type: "email", required: true, maxLength: 254 }),
    field({ name: "navn", label: m.name, maxLength: 100 }),
    submit(m.add),
  ]),
)}
${card("alle", `${m.title} (${found.length})`, table({ caption: m.title, head: [m.name, m.address, m.by, ""], rows, empty: m.empty }))}
</div>`;
  return listPage(visited, m.title, body, {
    sat: { kind: "good", text: m.added },
    taget: { kind: "good", text: m.gone },
    forkert: { kind: "bad", text: m.wrong },
  });
}
