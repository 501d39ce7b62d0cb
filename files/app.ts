import type { Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { type WebApp, webApp } from "../web/app.ts";
import type { Language } from "../web/texts.ts";
import { linkRoutes } from "./app-links.ts";
import { openRoutes } from "./app-open.ts";
import type { Links } from "./core/links.ts";
import { isName, readSegments, type Segments } from "./core/path.ts";
import type { People } from "./core/people.ts";
import { FileProblem } from "./core/problem.ts";
import type { NamedSpace, Spaces } from "./core/spaces.ts";
import { walk } from "./core/tree.ts";
import { bindings, deliverFile, deliverZip } from "./deliver.ts";
import { addresses } from "./pages/addresses.ts";
import { folderPage, type Hit, type Message, searchPage, spacesPage } from "./pages/folder.ts";
import { itemPage, targetValue, trashPage } from "./pages/item.ts";
import { receiveFiles } from "./receive.ts";
import { script } from "./script.ts";
import type { FilesSettings } from "./settings.ts";
import { smallForm } from "./small-form.ts";
import { texts } from "./texts.ts";

/** What the site is made from. */
export interface FilesParts {
  readonly settings: FilesSettings;
  readonly identityKey: string;
  /** Seals the cookie of those who know a link's password. */
  readonly cookieSecret: string;
  readonly spaces: Spaces;
  readonly links: Links;
  readonly people: People;
  readonly log: (line: string) => void;
}

/** What routes are given. */
export interface FilesApp extends FilesParts, WebApp {
  readonly languageOf: (c: Context) => Language;
  /** The person's spaces. @throws HTTPException 403 when nobody is logged in */
  readonly spacesOf: (c: Context) => Promise<NamedSpace[]>;
  /** Where an address leads. @throws HTTPException 404 when it is in no space of the person's */
  readonly placeOf: (c: Context) => Promise<Place>;
  /** The message an address asks for. */
  readonly messageOf: (c: Context) => Message | undefined;
  /** A problem in words. */
  readonly problemText: (c: Context, error: unknown) => string;
}

/** A place in a space of the person who asks. */
export interface Place {
  readonly named: NamedSpace;
  readonly segments: Segments;
  readonly spaces: readonly NamedSpace[];
  readonly person: { readonly guid: string; readonly name: string };
}

/** Hits of a search, and folders to move to, that are shown at most. */
const mostHits = 100;
const mostTargets = 200;

/** The pages. Uploads in pieces and WebDAV are beside them, see main.ts. */
export function filesApp(parts: FilesParts): Hono {
  const { settings, spaces, log } = parts;
  const menu = (language: Language) => [
    { href: "/", text: texts[language].menu.files },
    ...(settings.shares.allowed ? [{ href: addresses.links, text: texts[language].menu.links }] : []),
  ];
  const web = webApp({ site: settings.site, identityKey: parts.identityKey, menu, scripts: true, log });
  const { app, page } = web;
  const languageOf = (c: Context) => page(c).language;
  const userOf = (c: Context) => {
    const { user } = page(c);
    if (!user) throw new HTTPException(403);
    return user;
  };
  const spacesOf = (c: Context) => spaces.of(userOf(c), texts[languageOf(c)].own);
  const placeOf = async (c: Context): Promise<Place> => {
    const [, , key, ...rest] = new URL(c.req.url).pathname.split("/");
    const own = await spacesOf(c);
    const named = own.find((each) => each.key === key);
    if (!named) throw new HTTPException(404);
    try {
      return { named, segments: readSegments(rest.join("/")), spaces: own, person: userOf(c) };
    } catch {
      throw new HTTPException(404);
    }
  };
  const messageOf = (c: Context): Message | undefined => {
    const t = texts[languageOf(c)];
    const ok = c.req.query("ok");
    if (ok === "sent") return { kind: "good", text: t.done.sent(Number(c.req.query("n")) || 1) };
    const text = ok !== undefined && Object.hasOwn(t.done, ok) ? t.done[ok as "made"] : undefined;
    return text === undefined ? undefined : { kind: "good", text };
  };
  const problemText = (c: Context, error: unknown): string => {
    if (error instanceof FileProblem) return texts[languageOf(c)].problems[error.problem];
    throw error;
  };
  const all: FilesApp = { ...parts, ...web, languageOf, spacesOf, placeOf, messageOf, problemText };

  app.get("/filer.js", (c) =>
    c.body(script, 200, { "content-type": "text/javascript; charset=utf-8", "cache-control": "max-age=300" }),
  );
  app.get("/", async (c) => {
    const own = await spacesOf(c);
    const shown = await Promise.all(own.map(async (each) => ({ ...each, used: await each.space.room.used() })));
    const known = settings.groups.length === 0 || parts.people.groups().length > 0;
    return c.html(spacesPage(page(c), shown, known));
  });
  folderRoutes(all);
  itemRoutes(all);
  trashRoutes(all);
  if (settings.shares.allowed) linkRoutes(all);
  openRoutes(all);
  return app;
}

/** Folders: look, fetch, search, send, new folder. */
function folderRoutes(all: FilesApp): void {
  const { app, page, placeOf, spacesOf, messageOf, problemText, settings } = all;
  const show = async (c: Context, place: Place, message = messageOf(c), status: 200 | 400 = 200) => {
    const { named, segments } = place;
    const entries = await named.space.list(segments).catch((error) => {
      throw error instanceof FileProblem ? new HTTPException(404) : error;
    });
    const used = await named.space.room.used();
    const view = { named, segments, entries, used, links: settings.shares.allowed, message };
    return c.html(folderPage(page(c), view), status);
  };
  app.get("/mappe/*", async (c) => show(c, await placeOf(c)));
  app.get("/fil/*", async (c) => {
    const { named, segments } = await placeOf(c);
    return deliverFile(c, named.space, segments);
  });
  app.get("/zip/*", async (c) => {
    const { named, segments } = await placeOf(c);
    const stats = await named.space.find(segments);
    if (!stats?.isDirectory()) throw new HTTPException(404);
    return deliverZip(c, named.space, segments, segments.at(-1) ?? named.name);
  });
  app.get(addresses.search, async (c) => {
    const text = (c.req.query("q") ?? "").trim().slice(0, 200);
    const hits: Hit[] = [];
    for (const named of text === "" ? [] : await spacesOf(c)) {
      const found = await named.space.search(text, mostHits - hits.length);
      hits.push(...found.map(({ segments, folder }) => ({ named, segments, folder })));
      if (hits.length >= mostHits) break;
    }
    return c.html(searchPage(page(c), text, hits, mostHits));
  });
  app.post("/send/*", async (c) => {
    const place = await placeOf(c);
    const { named, segments, person } = place;
    try {
      const sent = await receiveFiles(bindings(c).incoming, async ({ name, content }) => {
        await named.space.write([...segments, name], content, person.name);
      });
      return c.redirect(`${addresses.folder(named.key, segments)}?ok=sent&n=${sent}`, 303);
    } catch (error) {
      return show(c, place, { kind: "bad", text: problemText(c, error) }, 400);
    }
  });
  app.post("/mappe/*", async (c) => {
    const place = await placeOf(c);
    const { named, segments } = place;
    const { name } = await smallForm(c);
    try {
      await named.space.makeFolder([...segments, String(name ?? "").trim()]);
      return c.redirect(`${addresses.folder(named.key, segments)}?ok=made`, 303);
    } catch (error) {
      return show(c, place, { kind: "bad", text: problemText(c, error) }, 400);
    }
  });
}

/** One file or folder. */
function itemRoutes(all: FilesApp): void {
  const { app, page, placeOf, messageOf, problemText, settings } = all;
  const show = async (c: Context, place: Place, message = messageOf(c), status: 200 | 400 = 200) => {
    const { named, segments } = place;
    const stats = await named.space.find(segments);
    if (!stats || segments.length === 0) throw new HTTPException(404);
    const path = JSON.stringify(segments);
    const versions = (await named.space.kept.list()).filter(
      ({ kind, segments: was }) => kind === "replaced" && JSON.stringify(was) === path,
    );
    const view = {
      ...{ named, segments, versions, message, trashDays: settings.trashDays, links: settings.shares.allowed },
      ...{ folder: stats.isDirectory(), bytes: stats.size, changed: stats.mtime, targets: await targets(place) },
    };
    return c.html(itemPage(page(c), view), status);
  };
  app.get("/om/*", async (c) => show(c, await placeOf(c)));
  app.post("/om/*", async (c) => {
    const place = await placeOf(c);
    const { named, segments, person, spaces } = place;
    const above = segments.slice(0, -1);
    const body = await smallForm(c);
    const text = (field: string) => String(body[field] ?? "");
    try {
      switch (text("action")) {
        case "rename": {
          const target = [...above, text("name").trim()];
          await named.space.transfer(
            "move",
            segments,
            { space: named.space, segments: target, overwrite: false },
            person.name,
          );
          return c.redirect(`${addresses.item(named.key, target)}?ok=renamed`, 303);
        }
        case "move": {
          const [key, ...folder] = JSON.parse(text("to")) as string[];
          const to = spaces.find((each) => each.key === key);
          if (!to || !folder.every(isName)) throw new HTTPException(404);
          const target = [...folder, segments.at(-1) ?? ""];
          await named.space.transfer(
            "move",
            segments,
            { space: to.space, segments: target, overwrite: false },
            person.name,
          );
          return c.redirect(`${addresses.item(to.key, target)}?ok=moved`, 303);
        }
        case "remove":
          await named.space.remove(segments, person.name);
          return c.redirect(`${addresses.folder(named.key, above)}?ok=removed`, 303);
        case "restore":
          await named.space.restore(text("id"), person.name);
          return c.redirect(`${addresses.item(named.key, segments)}?ok=restored`, 303);
        default:
          throw new HTTPException(404);
      }
    } catch (error) {
      return show(c, place, { kind: "bad", text: problemText(c, error) }, 400);
    }
  });
}

/** Folders something may be moved to: all of the person's, but where it is and below itself. */
async function targets({ named, segments, spaces }: Place): Promise<{ named: NamedSpace; segments: Segments }[]> {
  const found: { named: NamedSpace; segments: Segments }[] = [];
  for (const each of spaces) {
    found.push({ named: each, segments: [] });
    for await (const { folder, segments: path } of walk(each.space.root)) {
      if (found.length >= mostTargets) break;
      if (folder) found.push({ named: each, segments: path });
    }
  }
  const own = targetValue(named.key, segments).slice(0, -1);
  const here = targetValue(named.key, segments.slice(0, -1));
  return found.filter((target) => {
    const value = targetValue(target.named.key, target.segments);
    return value !== here && value !== `${own}]` && !value.startsWith(`${own},`);
  });
}

/** The trash of each space. */
function trashRoutes(all: FilesApp): void {
  const { app, page, placeOf, messageOf, problemText, settings } = all;
  const show = async (c: Context, place: Place, message = messageOf(c), status: 200 | 400 = 200) => {
    const { named, spaces } = place;
    const kept = await named.space.kept.list();
    return c.html(trashPage(page(c), { named, spaces, kept, trashDays: settings.trashDays, message }), status);
  };
  app.get("/papirkurv/*", async (c) => show(c, await placeOf(c)));
  app.post("/papirkurv/*", async (c) => {
    const place = await placeOf(c);
    const { named, person } = place;
    const body = await smallForm(c);
    const [action, id] = [String(body["action"] ?? ""), String(body["id"] ?? "")];
    try {
      if (action === "drop") await named.space.kept.drop(id);
      else await named.space.restore(id, person.name);
      return c.redirect(`${addresses.trash(named.key)}?ok=${action === "drop" ? "dropped" : "restored"}`, 303);
    } catch (error) {
      return show(c, place, { kind: "bad", text: problemText(c, error) }, 400);
    }
  });
}
