import type { Context, Hono } from "hono";
import { webApp } from "../web/app.ts";
import type { AppPasswords } from "./access.ts";
import { deviceRoutes } from "./device-routes.ts";
import { passwordsPath } from "./pages/app-passwords.ts";
import { devicesPath } from "./pages/devices.ts";
import { helpPage } from "./pages/help.ts";
import type { PortalPage } from "./pages/parts.ts";
import { startPage } from "./pages/start.ts";
import type { PortalSettings } from "./settings.ts";
import type { Sources } from "./sources.ts";
import { deviceTexts } from "./texts-devices.ts";

/** What the portal is made from. */
export interface PortalParts {
  readonly settings: PortalSettings;
  /** The stack's random part of the identity headers' names. */
  readonly identityKey: string;
  readonly sources: Sources;
  /** Where app passwords are made. Default: nowhere, and there is no page on them. */
  readonly appPasswords?: AppPasswords;
  /** Told what went wrong, without anything of a person. */
  readonly log: (line: string) => void;
}

/** The start page's site: pages made here, no script in the browser. */
export function portalApp({ settings, identityKey, sources, appPasswords, log }: PortalParts): Hono {
  const withDevices = settings.services.some((service) => (service.settings ?? []).length > 0);
  const { app, page, visitor } = webApp({
    site: settings.site,
    identityKey,
    log,
    menu: (language) => {
      const { devices, passwords } = deviceTexts[language];
      return [
        ...(withDevices ? [{ href: devicesPath, text: devices.menu }] : []),
        ...(withDevices && appPasswords ? [{ href: passwordsPath, text: passwords.title }] : []),
      ];
    },
  });
  const portalPage = (c: Context): PortalPage => ({ ...page(c), settings });
  app.get("/", async (c) => {
    const context = portalPage(c);
    const { user } = context;
    if (user === undefined) return c.redirect("/hjaelp");
    const [state, factors] = await Promise.all([sources.state(), sources.factors(user.token)]);
    return c.html(startPage({ ...context, user }, { state, factors }));
  });
  app.get("/hjaelp", (c) => c.html(helpPage(portalPage(c))));
  if (withDevices) deviceRoutes(app, (c) => ({ ...visitor(c), settings }), appPasswords, log);
  return app;
}
