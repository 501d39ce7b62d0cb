import { html } from "hono/html";
import { z } from "zod";
import { field, postButton, postForm, submit } from "../../web/forms.ts";
import type { Html } from "../../web/layout.ts";
import { alert, card, stateMark, table } from "../../web/parts.ts";
import { demand, type ListVisit, type Routes } from "../app.ts";
import { isOfLists, listId } from "../settings.ts";
import type { ListMember } from "../store/members.ts";
import { listPage } from "./parts.ts";

const address = z.email().max(254);

/** Members as the owners see and change them. */
export function memberRoutes({ app, settings, mailman, members, keeper, listVisit }: Routes): void {
  app.get("/liste/:name/medlemmer", async (c) => {
    const visited = await listVisit(c);
    demand(visited.standing.owner);
    const { name } = visited.list;
    const stopped = await mailman.stopped(await mailman.roster(listId(settings, name), "member"));
    const paused = new Set(stopped.map(({ email }) => email.toLowerCase()));
    return c.html(membersPage(visited, await members.wanted(name), paused));
  });

  app.post("/liste/:name/medlemmer/send-igen", async (c) => {
    const { list, standing } = await listVisit(c);
    demand(standing.owner);
    const given = String((await c.req.formData()).get("adresse") ?? "");
    const member = await mailman.member(listId(settings, list.name), given);
    if (member) await mailman.resume(member);
    return c.redirect(`/liste/${list.name}/medlemmer?besked=${member ? "igen" : "taget"}`, 303);
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
    if (isOfLists(settings, given.data)) return c.redirect(`${path}?besked=liste`, 303);
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

function membersPage(visited: ListVisit, found: readonly ListMember[], paused: ReadonlySet<string>): Html {
  const { list, t } = visited;
  const m = t.members;
  const path = `/liste/${list.name}/medlemmer`;
  const rows = found.map((one) => {
    const who = one.name || one.address;
    const hidden = { adresse: one.address };
    const isPaused = paused.has(one.address);
    return [
      who,
      isPaused ? html`${one.address}<br>${stateMark("down", m.stopped)}` : one.address,
      one.by === "group" ? m.group : m.hand,
      html`<div class="actions">${isPaused ? postButton(`${path}/send-igen`, m.resume, { label: m.resumeNamed(who), hidden }) : ""}
${postButton(`${path}/tag-af`, m.takeOff, { label: m.takeOffNamed(who), hidden })}</div>`,
    ];
  });
  const body = html`<p class="lead">${m.lead}</p>
${paused.size > 0 ? alert("note", m.stoppedCount(paused.size)) : ""}
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
    igen: { kind: "good", text: m.resumed },
    taget: { kind: "good", text: m.gone },
    forkert: { kind: "bad", text: m.wrong },
    liste: { kind: "bad", text: m.isList },
  });
}
