import type { Context } from "hono";
import { html } from "hono/html";
import { postButton, postForm } from "../../web/forms.ts";
import type { Html } from "../../web/layout.ts";
import { card } from "../../web/parts.ts";
import { demand, type ListVisit, type Routes } from "../app.ts";
import { type Held, MailmanError, type MembershipRequest } from "../engine/rest.ts";
import { listId } from "../settings.ts";
import { type ReadMail, readMail } from "../store/mail.ts";
import { lines, listPage } from "./parts.ts";

const actions = { godkend: "accept", afvis: "reject", kassér: "discard" } as const;

/** What waits for a moderator: mails, and wishes to join or leave. */
export function moderationRoutes({ app, mailman, settings, keeper, listVisit }: Routes): void {
  const moderated = async (c: Context): Promise<ListVisit & { readonly id: string }> => {
    const visited = await listVisit(c);
    demand(visited.standing.moderator);
    return { ...visited, id: listId(settings, visited.list.name) };
  };
  /** Somebody else was quicker: said, no failure. */
  const unlessGone = async (work: Promise<void>): Promise<boolean> => {
    try {
      await work;
      return true;
    } catch (error) {
      if (error instanceof MailmanError && error.status === 404) return false;
      throw error;
    }
  };

  app.get("/liste/:name/godkend", async (c) => {
    const visited = await moderated(c);
    const [held, requests] = await Promise.all([mailman.held(visited.id), mailman.requests(visited.id)]);
    const mails = await Promise.all(
      held.slice(0, 50).map(async (one) => ({ ...one, mail: await readMail(Buffer.from(one.msg)) })),
    );
    return c.html(moderationPage(visited, mails, requests));
  });

  app.post("/liste/:name/godkend", async (c) => {
    const { list, id } = await moderated(c);
    const form = await c.req.formData();
    const [choice, request] = [String(form.get("valg")), String(form.get("mail"))];
    demand(Object.hasOwn(actions, choice) && /^[0-9]{1,12}$/.test(request));
    const action = actions[choice as keyof typeof actions];
    const reason = String(form.get("grund") ?? "").slice(0, 1000);
    const done = await unlessGone(mailman.moderate(id, Number(request), action, reason));
    return c.redirect(`/liste/${list.name}/godkend?besked=${done ? action : "gone"}`, 303);
  });

  app.post("/liste/:name/oensker", async (c) => {
    const { list, id } = await moderated(c);
    const form = await c.req.formData();
    const token = String(form.get("oenske"));
    demand(/^[0-9a-f]{20,64}$/.test(token));
    const done = await unlessGone(mailman.decide(id, token, form.get("valg") === "ja" ? "accept" : "reject"));
    await keeper.bring(list);
    return c.redirect(`/liste/${list.name}/godkend?besked=${done ? "gemt" : "gone"}`, 303);
  });
}

type Waiting = Held & { readonly mail: ReadMail };

function moderationPage(visited: ListVisit, held: readonly Waiting[], requests: readonly MembershipRequest[]): Html {
  const { list, t } = visited;
  const m = t.moderation;
  const path = `/liste/${list.name}/godkend`;
  const told = {
    accept: { kind: "good", text: m.done.accept },
    reject: { kind: "good", text: m.done.reject },
    discard: { kind: "good", text: m.done.discard },
    gone: { kind: "bad", text: m.done.gone },
    gemt: { kind: "good", text: t.saved },
  } as const;
  const one = ({
    request_id,
    sender,
    reason,
    mail,
    subject,
  }: Waiting) => html`<section class="card" aria-labelledby="mail-${request_id}">
<h2 id="mail-${request_id}">${mail.subject || subject || t.archive.noSubject}</h2>
<dl><dt>${t.archive.from}</dt><dd>${mail.fromName === sender ? "" : mail.fromName} ${sender}</dd>
<dt>${m.why}</dt><dd>${m.reasons(reason)}</dd>
${mail.files.length > 0 ? html`<dt>${t.archive.files}</dt><dd>${mail.files.map(({ name }) => name).join("; ")}</dd>` : ""}</dl>
<details><summary>${m.look}</summary>${lines(mail.text)}</details>
${postForm(path, [
  html`<input type="hidden" name="mail" value="${request_id}"><div class="field"><label for="grund-${request_id}">${m.reason}</label>
<p class="small soft" id="hint-${request_id}">${m.reasonHint}</p>
<textarea id="grund-${request_id}" name="grund" rows="2" maxlength="1000" aria-describedby="hint-${request_id}"></textarea></div>
<div class="actions"><button class="button first" name="valg" value="godkend">${m.accept}</button>
<button class="button" name="valg" value="afvis">${m.reject}</button>
<button class="button danger" name="valg" value="kassér" title="${m.discardHint}">${m.discard}</button></div>`,
])}
</section>`;
  const wishes = requests.map(
    ({ token, email, display_name, type }) => html`<li><h3>${display_name || email}</h3>
<span class="small soft">${type === "unsubscription" ? m.wantsOut : m.wantsIn}</span><p>${email}</p>
<div class="actions">${postButton(`/liste/${list.name}/oensker`, m.allow, { hidden: { oenske: token, valg: "ja" } })}
${postButton(`/liste/${list.name}/oensker`, m.refuse, { look: "danger", hidden: { oenske: token, valg: "nej" } })}</div></li>`,
  );
  const body = html`<div class="stack">
${held.length === 0 ? html`<section class="card"><p>${m.empty}</p></section>` : held.map(one)}
${card("oensker", m.requests, wishes.length === 0 ? html`<p class="soft">${m.noRequests}</p>` : html`<ul class="rows">${wishes}</ul>`)}
</div>`;
  return listPage(visited, m.title, body, told);
}
