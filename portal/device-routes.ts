import type { Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { type AppPasswordKind, parseAppPassword } from "../model/app-password.ts";
import type { AppPasswords, ListedAppPassword } from "./access.ts";
import { appleProfile, appleProfileType } from "./apple-profile.ts";
import { type Devices, devicesOf, kindsOf } from "./devices.ts";
import {
  longestName,
  madePage,
  type PasswordForm,
  passwordsPage,
  passwordsPath,
  removePage,
} from "./pages/app-passwords.ts";
import { devicesPage, devicesPath } from "./pages/devices.ts";
import type { PersonPage } from "./pages/parts.ts";
import { deviceTexts } from "./texts-devices.ts";

/** The devices less what the app password is not for. */
function only(devices: Devices, kinds: readonly AppPasswordKind[]): Devices {
  const { imap, smtp, ...dav } = devices;
  return {
    ...(kinds.includes("mail") ? { ...(imap && { imap }), ...(smtp && { smtp }) } : {}),
    ...(kinds.includes("dav") ? dav : {}),
  };
}

/**
 * Adds the pages on devices and app passwords.
 *
 * @param person what a page knows of its request; refuses one without a login
 * @param appPasswords undefined: this stack makes none, and has no page on them
 */
export function deviceRoutes(
  app: Hono,
  person: (c: Context) => PersonPage,
  appPasswords: AppPasswords | undefined,
  log: (line: string) => void,
): void {
  const devicesFor = ({ settings, user }: PersonPage) => devicesOf(settings.services, user);

  const profile = async (c: Context, context: PersonPage, devices: Devices, password?: string) => {
    const { site, language, user } = context;
    const { profile: t } = deviceTexts[language].devices;
    const { hostname } = new URL(site.origin);
    const text = await appleProfile({
      municipality: site.municipality,
      domain: hostname,
      title: t.title(site.municipality),
      about: t.about,
      user,
      devices,
      ...(password === undefined ? {} : { password }),
    });
    return c.body(text, 200, {
      "content-type": appleProfileType,
      "content-disposition": 'attachment; filename="planb.mobileconfig"',
    });
  };
  app.get(devicesPath, (c) => {
    const context = person(c);
    return c.html(devicesPage(context, devicesFor(context)));
  });
  app.get(`${devicesPath}/profil.mobileconfig`, (c) => {
    const context = person(c);
    return profile(c, context, devicesFor(context));
  });
  if (appPasswords === undefined) return;

  // The password comes from the page that has just shown it, so that it is in no address and nothing is kept here.
  app.post(`${devicesPath}/profil.mobileconfig`, async (c) => {
    const context = person(c);
    const form = await c.req.formData();
    const password = parseAppPassword(String(form.get("password") ?? ""))?.text;
    if (password === undefined) throw new HTTPException(403);
    const devices = devicesFor(context);
    return profile(
      c,
      context,
      only(
        devices,
        kindsOf(devices).filter((kind) => form.has(kind)),
      ),
      password,
    );
  });

  const list = ({ user }: PersonPage): Promise<readonly ListedAppPassword[] | undefined> =>
    appPasswords.list(user.guid).catch((error: unknown) => {
      log(`app passwords: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    });
  app.get(passwordsPath, async (c) => {
    const context = person(c);
    const done = c.req.query("fjernet") === "1" ? ({ done: "removed" } as const) : {};
    return c.html(passwordsPage(context, { list: await list(context), devices: devicesFor(context), ...done }));
  });
  app.post(passwordsPath, async (c) => {
    const context = person(c);
    const devices = devicesFor(context);
    const sent = await c.req.formData();
    const name = String(sent.get("name") ?? "")
      .replaceAll(/\p{Cc}+/gu, " ")
      .trim()
      .slice(0, longestName);
    const kinds = kindsOf(devices).filter((kind) => sent.getAll("kind").includes(kind));
    const again = async (wrong: NonNullable<PasswordForm["wrong"]>) => {
      const page = { list: await list(context), devices, form: { name, kinds, wrong } };
      return c.html(passwordsPage(context, page), 422);
    };
    if (name === "") return again("name");
    if (kinds.length === 0) return again("kinds");
    const made = await appPasswords.make(context.user.guid, name, kinds);
    if (made === "tooMany") return again("tooMany");
    return c.html(madePage(context, { name, kinds, password: made.password }, only(devices, kinds)), 201);
  });
  app.get(`${passwordsPath}/:id/fjern`, async (c) => {
    const context = person(c);
    const known = await appPasswords.list(context.user.guid);
    const found = known.find(({ id }) => id === c.req.param("id"));
    return found === undefined ? c.redirect(passwordsPath) : c.html(removePage(context, found));
  });
  app.post(`${passwordsPath}/:id/fjern`, async (c) => {
    const { user } = person(c);
    await appPasswords.remove(user.guid, c.req.param("id"));
    return c.redirect(`${passwordsPath}?fjernet=1`, 303);
  });
}
