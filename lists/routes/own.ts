import { html } from "hono/html";
import { choices, postButton, postForm, submit } from "../../web/forms.ts";
import { type Html, layout } from "../../web/layout.ts";
import { alert, card, linkButton, stateMark } from "../../web/parts.ts";
import type { User } from "../../web/user.ts";
import { demand, type ListVisit, mayRead, type Routes, stranger, type Visit } from "../app.ts";
import { type ListSettings, listAddress, listId } from "../settings.ts";
import type { Person, Standing } from "../store/members.ts";
import { listPage, message } from "./parts.ts";

/** A list on the front page. */
interface Row {
  readonly list: ListSettings;
  readonly standing: Standing;
  readonly waiting: number;
}

/** The front page, a list's own page, joining and leaving. */
export function ownRoutes({ app, settings, mailman, members, keeper, visit, listVisit }: Routes): void {
  const address = (list: ListSettings) => listAddress(settings, list.name);

  const selfOf = async (list: ListSettings, { mail }: User) =>
    mail.includes("@") ? mailman.member(listId(settings, list.name), mail) : undefined;

  app.get("/", async (c) => {
    const visited = visit(c);
    const standings = await members.standings(visited.user.guid);
    const rows = await Promise.all(
      settings.lists
        .filter(({ hidden }) => !hidden)
        .map(async (list): Promise<Row> => {
          const standing = standings.get(list.name) ?? stranger;
          const waiting = standing.moderator ? await mailman.heldCount(listId(settings, list.name)) : 0;
          return { list, standing, waiting };
        }),
    );
    return c.html(frontPage(visited, rows, address));
  });

  app.get("/liste/:name", async (c) => {
    const visited = await listVisit(c);
    const { list, standing, user } = visited;
    const [owners, moderators] = await Promise.all([
      members.withRole(list.name, "owner"),
      members.withRole(list.name, "moderator"),
    ]);
    const self = standing.member ? await selfOf(list, user) : undefined;
    const delivery = {
      mode: list.digest ? self?.delivery_mode : undefined,
      stopped: self !== undefined && (await mailman.stopped([self])).length > 0,
    };
    return c.html(ownPage(visited, address(list), { owners, moderators }, delivery));
  });

  app.post("/liste/:name/tilmeld", async (c) => {
    const { list, standing, user } = await listVisit(c);
    demand(list.kind !== "closed" || standing.moderator || standing.byGroup);
    if (!user.mail.includes("@")) return c.redirect("/?besked=ingen-mail", 303);
    await members.addByHand(list.name, { address: user.mail, name: user.name, guid: user.guid }, user.guid);
    await keeper.bring(list);
    return c.redirect(`/liste/${list.name}?besked=med`, 303);
  });

  app.post("/liste/:name/afmeld", async (c) => {
    const { list, user } = await listVisit(c);
    demand(list.mayLeave);
    await members.leave(list.name, user.guid);
    await keeper.bring(list);
    return c.redirect(`/liste/${list.name}?besked=af`, 303);
  });

  app.post("/liste/:name/send-igen", async (c) => {
    const { list, user } = await listVisit(c);
    const self = await selfOf(list, user);
    demand(self !== undefined);
    if (self) await mailman.resume(self);
    return c.redirect(`/liste/${list.name}?besked=igen`, 303);
  });

  app.post("/liste/:name/levering", async (c) => {
    const { list, user } = await listVisit(c);
    const digest = (await c.req.formData()).get("levering") === "samlet";
    const self = await selfOf(list, user);
    demand(self !== undefined && list.digest);
    const mode = digest ? "plaintext_digests" : "regular";
    await mailman.call("PATCH", `/members/${self?.member_id}`, { delivery_mode: mode });
    return c.redirect(`/liste/${list.name}?besked=gemt`, 303);
  });
}

function frontPage({ context, t, user }: Visit, rows: readonly Row[], address: (list: ListSettings) => string): Html {
  const mine = rows.filter(({ standing }) => standing.member || standing.moderator);
  const others = rows.filter((row) => !mine.includes(row));
  const noMail = !user.mail.includes("@");
  return layout(
    context,
    t.title,
    html`${noMail ? alert("note", t.noMail) : message(context, {})}
<h1>${t.title}</h1>
<p class="lead">${t.lead}</p>
<div class="stack">
${card("mine", t.mine, mine.length === 0 ? html`<p class="soft">${t.noneMine}</p>` : rowsOf(mine, t, address))}
${card("andre", t.others, others.length === 0 ? html`<p class="soft">${t.noneOthers}</p>` : rowsOf(others, t, address))}
</div>`,
  );
}

const rowsOf = (rows: readonly Row[], t: Visit["t"], address: (list: ListSettings) => string): Html =>
  html`<ul class="rows">${rows.map(
    ({ list, standing, waiting }) => html`<li>
<h3><a href="/liste/${list.name}">${list.title}</a></h3>
${standing.member ? stateMark("up", t.member) : html`<span class="soft small">${t.notMember}</span>`}
<p>${list.description}</p>
<p class="small">${address(list)}</p>
${waiting > 0 ? html`<p><a href="/liste/${list.name}/godkend">${t.moderation.waiting(waiting)}</a></p>` : ""}
</li>`,
  )}</ul>`;

function ownPage(
  visited: ListVisit,
  address: string,
  people: { readonly owners: readonly Person[]; readonly moderators: readonly Person[] },
  delivery: {
    /** Undefined: there is no choice. */
    readonly mode: string | undefined;
    /** Whether mail came back so often that none is sent. */
    readonly stopped: boolean;
  },
): Html {
  const { list, standing, t } = visited;
  const path = `/liste/${list.name}`;
  const names = (all: readonly Person[]) => all.map(({ name }) => name).join("; ") || "-";
  const told = {
    med: { kind: "good", text: t.joined(list.title) },
    af: { kind: "good", text: t.left(list.title) },
    igen: { kind: "good", text: t.resumed },
    gemt: { kind: "good", text: t.saved },
  } as const;
  const mayJoin = list.kind !== "closed" || standing.moderator || standing.byGroup;
  const join = standing.member
    ? list.mayLeave
      ? postButton(`${path}/afmeld`, t.leave, { label: t.leaveNamed(list.title) })
      : html`<p class="soft">${t.mustStay}</p>`
    : mayJoin
      ? postButton(`${path}/tilmeld`, t.join, { look: "first", label: t.joinNamed(list.title) })
      : html`<p class="soft">${t.closed}</p>`;
  const body = html`<p class="lead">${list.description}</p>
${delivery.stopped ? html`${alert("bad", t.stopped)}${postButton(`${path}/send-igen`, t.resume)}` : ""}
<div class="stack">
<section class="card" aria-labelledby="om"><h2 id="om">${t.whoWrites}</h2>
<p>${t.kind[list.kind]}</p>
<dl>
<dt>${t.address}</dt><dd><a href="mailto:${address}">${address}</a></dd>
<dt>${t.owners}</dt><dd>${names(people.owners)}</dd>
${people.moderators.length > 0 ? html`<dt>${t.moderators}</dt><dd>${names(people.moderators)}</dd>` : ""}
</dl>
<p>${standing.member ? stateMark("up", standing.byGroup ? t.byGroup : t.member) : ""}</p>
<div class="actions">
${mayRead(list, standing) ? linkButton(`${path}/arkiv`, t.archive.title, true) : ""}
${standing.moderator ? linkButton(`${path}/godkend`, t.moderation.title) : ""}
${standing.owner ? linkButton(`${path}/medlemmer`, t.members.title) : ""}
${join}
</div>
${list.archive === "none" ? html`<p class="small soft">${t.archive.none}</p>` : ""}
</section>
${
  delivery.mode === undefined
    ? ""
    : html`<section class="card">${postForm(`${path}/levering`, [
        choices("radio", "levering", t.delivery, [
          { value: "hver", label: t.deliverEach, chosen: delivery.mode === "regular" },
          { value: "samlet", label: t.deliverDigest, chosen: delivery.mode !== "regular" },
        ]),
        submit(t.save, "plain"),
      ])}</section>`
}
</div>`;
  return listPage(visited, list.title, body, told);
}
