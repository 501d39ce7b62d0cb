import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import { findBookables } from "./address-book.ts";
import type { Bookables } from "./bookables.ts";
import { dayOf, doorNote, doorPage, doorStyle } from "./door.ts";
import type { Lane } from "./lane.ts";
import type { BookingSettings } from "./settings.ts";
import type { BookingStore } from "./store.ts";
import { awayText } from "./texts.ts";

/** What the booking program is made from. */
export interface BookingAppOptions {
  readonly settings: BookingSettings;
  readonly store: BookingStore;
  readonly lane: Lane;
  readonly bookables: Bookables;
  /** Has SOGo ask Keycloak about everybody anew, at once. */
  readonly forgetLogins: () => Promise<void>;
  readonly log: (line: string) => void;
}

/** Largest appointment or import, in MiB. */
const maxBodyMiB = 20;

/**
 * Answers the container's own web server: `/lane/web/...` and `/lane/dav/...` take what may write into calendars,
 * `/address-book/...` is a program's search among rooms, `/doer/<token>` a door screen, `/doors` lists them, `/logged-out` is where Keycloak
 * tells that somebody has logged out.
 */
export function bookingApp({
  settings,
  store,
  lane,
  bookables,
  forgetLogins,
  log,
}: BookingAppOptions): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.use("/lane/*", bodyLimit({ maxSize: maxBodyMiB * 1048576 }));
  app.all("/lane/:to{web|dav}/*", async (c) => {
    const to = c.req.param("to") === "dav" ? "dav" : "web";
    // As it came in: another spelling of the same path may be another path to SOGo.
    const path = (c.env.incoming.url ?? "/").slice(`/lane/${to}`.length);
    const body = Buffer.from(await c.req.arrayBuffer());
    try {
      const answer = await lane.send(to, { method: c.req.method, path, headers: c.env.incoming.headers, body });
      const headers = new Headers();
      for (const [name, value] of Object.entries(answer.headers)) {
        for (const one of [value].flat()) headers.append(name, one);
      }
      const empty = answer.status === 204 || answer.status === 304 || c.req.method === "HEAD";
      return new Response(empty ? null : new Uint8Array(answer.body), { status: answer.status, headers });
    } catch (error) {
      log(error instanceof Error ? error.message : String(error));
      return c.text(awayText(settings.language), 503);
    }
  });

  app.on("REPORT", "/address-book/*", bodyLimit({ maxSize: 65_536 }), async (c) => {
    const path = (c.env.incoming.url ?? "/").slice("/address-book".length);
    const found = findBookables(bookables.all(), path, await c.req.text());
    return c.body(found, 207, { "content-type": "application/xml; charset=utf-8" });
  });

  app.use(
    "/doer/*",
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"], frameAncestors: ["'none'"] },
      referrerPolicy: "no-referrer",
    }),
  );
  app.get("/doer/stil.css", (c) => c.body(doorStyle, 200, { "content-type": "text/css; charset=utf-8" }));
  app.get("/doer/:token", async (c) => {
    c.header("cache-control", "no-store");
    const bookable = bookables.byToken(c.req.param("token"));
    if (!bookable) return c.html(doorNote(settings.language, "missing"), 404);
    const at = Date.now();
    const { from, to } = dayOf(at);
    try {
      return c.html(doorPage(settings, bookable, await store.between(bookable, from, to), at));
    } catch (error) {
      log(`door: ${error instanceof Error ? error.message : String(error)}`);
      return c.html(doorNote(settings.language, "away"), 503);
    }
  });
  app.post("/logged-out", async (c) => {
    try {
      await forgetLogins();
      return c.body(null, 204);
    } catch (error) {
      log(`logged out: ${error instanceof Error ? error.message : String(error)}`);
      return c.body(null, 503);
    }
  });
  // For who administers: no door leads here from outside the container.
  app.get("/doors", (c) =>
    c.text(
      bookables
        .all()
        .flatMap((one) => {
          const token = bookables.tokenOf(one);
          return token === undefined ? [] : [`${settings.origin}/doer/${token}  ${one.name}\n`];
        })
        .join(""),
    ),
  );
  app.get("/ready", (c) => c.text("ready"));
  return app;
}
