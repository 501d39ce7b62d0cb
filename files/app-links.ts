import { HTTPException } from "hono/http-exception";
import type { FilesApp } from "./app.ts";
import { addresses } from "./pages/addresses.ts";
import { linksPage, sharePage } from "./pages/links.ts";
import { allowedToday, wantedLink } from "./share.ts";
import { smallForm } from "./small-form.ts";
import { texts } from "./texts.ts";

/** The links a person makes. */
export function linkRoutes(all: FilesApp): void {
  const { app, page, placeOf, spacesOf, messageOf, languageOf, links, settings, people } = all;
  const { shares } = settings;
  app.get("/del/*", async (c) => {
    const { named, segments } = await placeOf(c);
    const stats = await named.space.find(segments);
    if (!stats) throw new HTTPException(404);
    return c.html(sharePage(page(c), { named, segments, folder: stats.isDirectory(), shares }));
  });
  app.post("/del/*", async (c) => {
    const { named, segments, person } = await placeOf(c);
    const stats = await named.space.find(segments);
    if (!stats) throw new HTTPException(404);
    const folder = stats.isDirectory();
    const link = wantedLink(shares, await smallForm(c), { named, segments, folder, person });
    if (!link) {
      const error = texts[languageOf(c)].links.passwordRequired;
      return c.html(sharePage(page(c), { named, segments, folder, shares, error }), 400);
    }
    const { token } = await links.create(link);
    return c.redirect(`${addresses.links}?made=${token}`, 303);
  });
  /** As they open today; what the stack file has ended meanwhile has expired. */
  const ownLinks = async (guid: string) =>
    (await links.list((link) => link.by === guid)).map(
      (link) => allowedToday(link, settings, people.groups()) ?? { ...link, expires: 0 },
    );
  app.get(addresses.links, async (c) => {
    await spacesOf(c);
    const own = await ownLinks(page(c).user?.guid ?? "");
    const made = own.find(({ token }) => token === c.req.query("made"))?.token;
    const message = made ? { kind: "good" as const, text: texts[languageOf(c)].links.made } : messageOf(c);
    return c.html(linksPage(page(c), own, message, made));
  });
  app.post(addresses.links, async (c) => {
    await spacesOf(c);
    const { token } = await smallForm(c);
    const own = await ownLinks(page(c).user?.guid ?? "");
    if (!own.some((link) => link.token === token)) throw new HTTPException(404);
    await links.revoke(String(token));
    return c.redirect(`${addresses.links}?ok=revoked`, 303);
  });
}
