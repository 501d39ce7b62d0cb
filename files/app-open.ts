import type { Context } from "hono";
import { getSignedCookie, setSignedCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";
import { notePage } from "../web/layout.ts";
import type { FilesApp } from "./app.ts";
import type { Link } from "./core/links.ts";
import { isName, numbered, readSegments, type Segments } from "./core/path.ts";
import { FileProblem } from "./core/problem.ts";
import type { Space } from "./core/space.ts";
import { bindings, deliverFile, deliverZip } from "./deliver.ts";
import { addresses } from "./pages/addresses.ts";
import { fetchPage, handInPage, passwordPage } from "./pages/open.ts";
import { passwordTries } from "./password-tries.ts";
import { receiveFiles } from "./receive.ts";
import { allowedToday } from "./share.ts";
import { smallForm } from "./small-form.ts";
import { texts } from "./texts.ts";

const mib = 1024 * 1024;

interface Opened {
  readonly link: Link;
  readonly space: Space;
}

/** What is reached without a login: the links. The only pages that are. */
export function openRoutes(all: FilesApp): void {
  const { app, page, links, languageOf, problemText, settings, cookieSecret } = all;
  const tries = passwordTries();
  const maxBytes = settings.shares.handInMaxMiB * mib;
  const gone = (c: Context) => c.html(notePage({ ...page(c), user: undefined }, texts[languageOf(c)].open.gone), 404);
  const open = async (c: Context): Promise<Opened | undefined> => {
    const made = await links.open(c.req.param("token") ?? "");
    const link = made && allowedToday(made, settings, all.people.groups());
    if (!link || !(await makerMay(all, link))) return undefined;
    return { link, space: await all.spaces.get(link.space.kind, link.space.id) };
  };
  const cookie = (link: Link) => `planb-d-${link.token.slice(0, 10)}`;
  const knows = async (c: Context, link: Link) =>
    link.password === undefined || (await getSignedCookie(c, cookieSecret, cookie(link))) === link.token;

  /** The page of a link, by its kind. */
  const show = async (c: Context, { link, space }: Opened, below: Segments = []) => {
    const context = { ...page(c), user: undefined };
    if (link.kind === "hand-in")
      return c.html(handInPage(context, link, { maxBytes, received: Number(c.req.query("n")) || undefined }));
    const segments = [...link.segments, ...below];
    const stats = await space.find(segments);
    if (!stats) return gone(c);
    const entries = stats.isDirectory() ? { entries: await space.list(segments) } : {};
    return c.html(fetchPage(context, link, { bytes: stats.size, segments: below, ...entries }));
  };
  app.get("/d/:token", async (c) => {
    const opened = await open(c);
    if (!opened) return gone(c);
    if (!(await knows(c, opened.link))) return c.html(passwordPage({ ...page(c), user: undefined }, opened.link));
    return show(c, opened);
  });
  app.post("/d/:token", async (c) => {
    const opened = await open(c);
    if (!opened) return gone(c);
    const { link, space } = opened;
    const t = texts[languageOf(c)].open;
    const context = { ...page(c), user: undefined };
    if (!(await knows(c, link))) {
      // Files for somebody whose hour is over: they are not taken in to be thrown away.
      const files = c.req.header("content-type")?.startsWith("multipart/");
      if (files) return c.html(passwordPage(context, link), 403);
      const { password } = await smallForm(c);
      const address = c.req.header("x-forwarded-for");
      if (!(await tries.begin(link.token, address))) return c.html(passwordPage(context, link, t.tooMany), 429);
      if (!(await links.opens(link, String(password ?? "")))) return c.html(passwordPage(context, link, t.wrong), 403);
      await tries.right(link.token, address);
      const path = addresses.open(link.token);
      const options = { path, httpOnly: true, secure: true, sameSite: "Lax", maxAge: 3600 } as const;
      await setSignedCookie(c, cookie(link), link.token, cookieSecret, options);
      return c.redirect(path, 303);
    }
    if (link.kind !== "hand-in") return c.redirect(addresses.open(link.token), 303);
    if (!(await links.use(link.token))) return gone(c);
    try {
      const received = await receiveFiles(bindings(c).incoming, async ({ name, content, fields }) => {
        const sender = (fields.get("sender") ?? "")
          .replaceAll(/[/\0\r\n]/g, "-")
          .trim()
          .slice(0, 80);
        const full = sender === "" ? name : `${sender} - ${name}`;
        const wanted = isName(full) ? full : numbered(full, 1);
        await space.writeBeside(link.segments, wanted, content, maxBytes);
      });
      if (received === 0) return c.html(handInPage(context, link, { maxBytes, problem: t.nothing }), 400);
      return c.redirect(`${addresses.open(link.token)}?n=${received}`, 303);
    } catch (error) {
      const full = error instanceof FileProblem && (error.problem === "full" || error.problem === "disk-full");
      const problem = full ? t.full : problemText(c, error);
      return c.html(handInPage(context, link, { maxBytes, problem }), 400);
    }
  });

  /** What lies behind a link to fetch by. */
  const fetchBelow = (page: string, deliver: (c: Context, opened: Opened, below: Segments) => Promise<Response>) => {
    const handler = async (c: Context) => {
      const opened = await open(c);
      if (opened?.link.kind !== "fetch") return gone(c);
      if (!(await knows(c, opened.link))) return c.redirect(addresses.open(opened.link.token), 303);
      const prefix = `${addresses.open(opened.link.token)}/${page}`;
      let below: Segments;
      try {
        below = readSegments(new URL(c.req.url).pathname.slice(prefix.length));
      } catch {
        throw new HTTPException(404);
      }
      return deliver(c, opened, below);
    };
    app.get(`/d/:token/${page}`, handler);
    app.get(`/d/:token/${page}/*`, handler);
  };
  fetchBelow("mappe", show);
  fetchBelow("fil", async (c, { link, space }, below) => {
    const segments = [...link.segments, ...below];
    const stats = await space.find(segments);
    if (!stats?.isFile()) return gone(c);
    if (c.req.method === "GET" && !(await links.use(link.token))) return gone(c);
    // Counted downloads are whole ones: in parts, one would be counted many times.
    return deliverFile(c, space, segments, link.limit === undefined);
  });
  fetchBelow("zip", async (c, { link, space }) => {
    const stats = await space.find(link.segments);
    if (!stats?.isDirectory()) return gone(c);
    if (c.req.method === "GET" && !(await links.use(link.token))) return gone(c);
    return deliverZip(c, space, link.segments, link.segments.at(-1) ?? texts[languageOf(c)].title);
  });
}

/** Whether the maker of a link is still here, and still in the group whose folder it opens. While the directory is away: yes. */
async function makerMay({ people }: FilesApp, { by, space }: Link): Promise<boolean> {
  try {
    const maker = await people.person(by);
    return maker?.here === true && (space.kind === "hjem" || maker.groups.includes(space.id));
  } catch {
    return true;
  }
}
