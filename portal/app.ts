import type { Context, Hono } from "hono";
import { webApp } from "../web/app.ts";
import { helpPage } from "./pages/help.ts";
import type { PortalPage } from "./pages/parts.ts";
import { startPage } from "./pages/start.ts";
import type { PortalSettings } from "./settings.ts";
import type { Sources } from "./sources.ts";

/** What the portal is made from. */
export interface PortalParts {
  readonly settings: PortalSettings;
  /** The stack's random part of the identity headers' names. */
  readonly identityKey: string;
  readonly sources: Sources;
  /** Told what went wrong, without anything of a person. */
  readonly log: (line: string) => void;
}

/** The start page's site: pages made here, no script in the browser. */
export function portalApp({ settings, identityKey, sources, log }: PortalParts): Hono {
  const { app, page } = webApp({ site: settings.site, identityKey, log });
  const portalPage = (c: Context): PortalPage => ({ ...page(c), settings });
  app.get("/", async (c) => {
    const context = portalPage(c);
    const { user } = context;
    if (user === undefined) return c.redirect("/hjaelp");
    const [state, factors] = await Promise.all([sources.state(), sources.factors(user.token)]);
    return c.html(startPage({ ...context, user }, { state, factors, now: new Date() }));
  });
  app.get("/hjaelp", (c) => c.html(helpPage(portalPage(c))));
  return app;
}
