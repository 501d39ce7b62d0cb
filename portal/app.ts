import { type Context, Hono } from "hono";
import { languageDetector } from "hono/language";
import { secureHeaders } from "hono/secure-headers";
import { helpPage, notePage } from "./pages/help.ts";
import { markSvg, type PageContext } from "./pages/layout.ts";
import { startPage } from "./pages/start.ts";
import { style } from "./pages/style.ts";
import type { PortalSettings } from "./settings.ts";
import type { Sources } from "./sources.ts";
import { type Language, texts } from "./texts.ts";
import { readUser } from "./user.ts";

/** What the portal is made from. */
export interface PortalParts {
  readonly settings: PortalSettings;
  /** The stack's random part of the identity headers' names. */
  readonly identityKey: string;
  readonly sources: Sources;
  /** Told what went wrong, without anything of a person. */
  readonly log: (line: string) => void;
}

/** The start page's server: pages made here, no script in the browser. */
export function portalApp({ settings, identityKey, sources, log }: PortalParts): Hono {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
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
      fallbackLanguage: settings.language,
      cookieOptions: { path: "/", secure: true, httpOnly: true, sameSite: "Lax", maxAge: 31_536_000 },
    }),
  );
  app.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
  });
  const pageContext = (c: Context, path = c.req.path): PageContext => ({
    settings,
    language: c.get("language") as Language,
    path,
    user: readUser((name) => c.req.header(name), identityKey),
  });
  app.get("/", async (c) => {
    const context = pageContext(c);
    const { user } = context;
    if (user === undefined) return c.redirect("/hjaelp");
    const [state, factors] = await Promise.all([sources.state(), sources.factors(user.token)]);
    return c.html(startPage({ ...context, user }, { state, factors, now: new Date() }));
  });
  app.get("/hjaelp", (c) => c.html(helpPage(pageContext(c))));
  app.get("/logget-ud", (c) => {
    const { bye } = texts[c.get("language") as Language];
    return c.html(notePage(pageContext(c), bye, bye.again));
  });
  app.notFound((c) => c.html(notePage(pageContext(c, "/"), texts[c.get("language") as Language].missing), 404));
  app.onError((error, c) => {
    log(error.stack ?? String(error));
    return c.html(notePage(pageContext(c, "/"), texts[settings.language].failed), 500);
  });
  return app;
}
