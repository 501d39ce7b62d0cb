import type { Context } from "hono";
import { html } from "hono/html";
import { HTTPException } from "hono/http-exception";
import { postButton } from "../../web/forms.ts";
import { type Html, layout } from "../../web/layout.ts";
import type { Routes } from "../app.ts";
import { addressOfLink } from "../one-click.ts";
import { oneClickPath } from "../settings.ts";
import { texts } from "../texts.ts";

/**
 * Takes off a list whoever has the link out of a letter (RFC 8058): people from outside have no login. The link is signed and
 * good for this address and this list alone.
 */
export function oneClickRoutes({ app, settings, members, keeper, page, linkKey }: Routes): void {
  const path = `${oneClickPath}/:name/:who/:signature` as const;
  const asked = (c: Context) => {
    const { name = "", who = "", signature = "" } = c.req.param();
    const list = settings.lists.find((one) => one.name === name && !one.hidden);
    const address = addressOfLink(linkKey, name, who, signature);
    if (list === undefined || address === undefined) throw new HTTPException(404);
    const context = page(c);
    return { list, address, context, t: texts[context.language].oneClick };
  };
  const note = (context: ReturnType<typeof page>, title: string, body: Html) =>
    layout(context, title, html`<section class="card narrow"><h1>${title}</h1>${body}</section>`);

  // Only asked: programs that look at links in letters open them too.
  app.get(path, (c) => {
    const { list, address, context, t } = asked(c);
    const body = html`<p>${t.ask(address, list.title)}</p><div class="actions">${postButton(c.req.path, t.button, { look: "first" })}</div>`;
    return c.html(note(context, t.title, body));
  });

  app.post(path, async (c) => {
    const { list, address, context, t } = asked(c);
    const member = (await members.wanted(list.name)).find((one) => one.address === address);
    if (member?.by === "group") return c.html(note(context, t.title, html`<p>${t.byGroup(list.title)}</p>`), 409);
    if (member !== undefined) {
      await members.takeOff(list.name, address);
      await keeper.bring(list);
    }
    return c.html(note(context, t.title, html`<p>${t.done(address, list.title)}</p>`));
  });
}
