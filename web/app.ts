import { type Context, Hono } from "hono";
import { csrf } from "hono/csrf";
import { HTTPException } from "hono/http-exception";
import { languageDetector } from "hono/language";
import { secureHeaders } from "hono/secure-headers";
import { type MenuLink, markSvg, notePage, type PageContext } from "./layout.ts";
import type { Site } from "./site.ts";
import { style } from "./style.ts";
import { frameTexts, type Language, type Note } from "./texts.ts";
import { readUser, type User } from "./user.ts";

/** What a site is made from. */
export interface WebAppOptions {
  readonly site: Site;
  /** The stack's random part of the identity headers' names. */
  readonly identityKey: string;
  /** The site's own links of the menu, for those who are logged in. Default: none. */
  readonly menu?: (language: Language) => readonly MenuLink[];
  /** Whether pages may load script files of the site itself and ask it for data. Default: false. */
  readonly scripts?: boolean;
  /**
   * What people read where an error says that something behind the site is away for now: that is no bug, and nothing is
   * logged. Undefined: it is one. Default: every error is.
   */
  readonly away?: (error: Error, language: Language) => Note | undefined;
  /**
   * Path prefix of pages whose forms are taken from anywhere, for their address is proof enough: mail programs send them
   * (RFC 8058). Default: none.
   */
  readonly signed?: string;
  /** Told what went wrong, without anything of a person. */
  readonly log: (line: string) => void;
}

/** A site: routes are added to `app`, pages are made from `page`. */
export interface WebApp {
  readonly app: Hono;
  /** What a page knows of its request. */
  readonly page: (c: Context) => PageContext;
  /** The same for pages that need a login. @throws HTTPException 403 without one */
  readonly visitor: (c: Context) => PageContext & { readonly user: User };
}

/**
 * The ground of a site: strict headers, style sheet, icon, languages, who is logged in, forms accepted only from the
 * site itself, the page after logging out, pages for what is missing, refused or failed. Throw an `HTTPException` with
 * 403, 404 or 413 for a page that says so.
 */
export function webApp({ site, identityKey, menu, scripts = false, away, signed, log }: WebAppOptions): WebApp {
  const app = new Hono();
  const own = scripts ? { scriptSrc: ["'self'"], connectSrc: ["'self'"] } : {};
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        ...own,
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: "DENY",
    }),
  );
  app.get("/stil.css", (c) =>
    c.body(style, 200, { "content-type": "text/css; charset=utf-8", "cache-control": "max-age=300" }),
  );
  app.get("/ikon.svg", (c) =>
    c.body(markSvg, 200, { "content-type": "image/svg+xml", "cache-control": "max-age=86400" }),
  );
  app.use(
    languageDetector({
      order: ["querystring", "cookie", "header"],
      lookupQueryString: "lang",
      lookupCookie: "planb-sprog",
      supportedLanguages: ["da", "en"],
      fallbackLanguage: site.language,
      cookieOptions: { path: "/", secure: true, httpOnly: true, sameSite: "Lax", maxAge: 31_536_000 },
    }),
  );
  app.use(async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
  });
  // A form's request carries the origin of the page it stands on; browsers let no page choose it.
  const ownForms = csrf({ origin: site.origin });
  app.use((c, next) => (signed !== undefined && c.req.path.startsWith(`${signed}/`) ? next() : ownForms(c, next)));

  const languageOf = (c: Context) => (c.get("language") as Language | undefined) ?? site.language;
  const page = (c: Context): PageContext => {
    const query = new URLSearchParams(new URL(c.req.url).search);
    query.delete("lang");
    const language = languageOf(c);
    const user = readUser((name) => c.req.header(name), identityKey);
    return { site, language, path: c.req.path, query, user, menu: menu?.(language) ?? [] };
  };
  const visitor = (c: Context) => {
    const { user, ...context } = page(c);
    if (user === undefined) throw new HTTPException(403);
    return { ...context, user };
  };
  // The other language of a page that was not there would not be there either.
  const note = (c: Context, text: Note) => notePage({ ...page(c), path: "/", query: new URLSearchParams() }, text);

  app.get("/logget-ud", (c) => {
    const { bye } = frameTexts[languageOf(c)];
    return c.html(notePage({ ...page(c), user: undefined }, bye, bye.again));
  });
  app.notFound((c) => c.html(note(c, frameTexts[languageOf(c)].missing), 404));
  app.onError((error, c) => {
    const t = frameTexts[languageOf(c)];
    const status = error instanceof HTTPException ? error.status : 500;
    if (status === 403) return c.html(note(c, t.refused), 403);
    if (status === 404) return c.html(note(c, t.missing), 404);
    if (status === 413) return c.html(note(c, t.tooLarge), 413);
    const gone = away?.(error, languageOf(c));
    if (gone) return c.html(note(c, gone), 503);
    log(error.stack ?? String(error));
    return c.html(note(c, t.failed), 500);
  });
  return { app, page, visitor };
}
