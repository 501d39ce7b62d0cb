import { readFileSync, rmSync } from "node:fs";
import { createAdaptorServer } from "@hono/node-server";
import type { Pool } from "pg";
import { bookingApp } from "./app.ts";
import { type Doors, makeBookables } from "./bookables.ts";
import { askDirectory } from "./bookers.ts";
import { care } from "./care.ts";
import { askCopied } from "./copied.ts";
import { openPool } from "./database.ts";
import { type DirectoryAccess, everybody } from "./directory.ts";
import { forgetLogins } from "./forget.ts";
import { makeLane } from "./lane.ts";
import type { BookingSettings } from "./settings.ts";
import { bookingStore } from "./store.ts";

/** How often the directory is asked which rooms it has: they change rarely, and who adds one waits for it. */
const copiedEveryMs = 20_000;
/** How often what is old is cleared away; the first time after SOGo has made its tables. */
const careTimes = { everyMs: 86_400_000, firstMs: 120_000 } as const;

/** What the keeper of bookings is told at its start. */
export interface ServeParts {
  readonly settings: BookingSettings;
  readonly database: { readonly password: string; readonly ca: string };
  readonly access: DirectoryAccess;
  readonly doors: Doors;
  readonly log: (line: string) => void;
}

/** Clears away what is old. */
async function carefully(pool: Pool, { settings, access, log }: ServeParts): Promise<void> {
  const people = async () => new Set((await everybody(access)).map(({ guid }) => guid));
  await care({ pool, keepDays: settings.keepDays, people, log });
}

/** Does once, at once, what is done every day. */
export async function careOnce(parts: ServeParts): Promise<void> {
  const pool = openPool(parts.settings.database, parts.database, parts.log);
  try {
    await carefully(pool, parts);
  } finally {
    await pool.end();
  }
}

/** Serves until it is told to end. @throws while the database is away: the container ends, and is started again */
export async function serveBooking(parts: ServeParts): Promise<void> {
  const { settings, database, access, doors, log } = parts;
  const pool = openPool(settings.database, database, log);
  const store = bookingStore(settings, pool, log);
  const kept = await store.open();
  const known = settings.fromDirectory ? kept : [];
  await store.declare([...settings.bookables, ...known]);
  const bookables = makeBookables({
    declared: settings.bookables,
    known,
    askCopied: askCopied(access),
    declare: async (all) => {
      await store.declare(all);
      // SOGo keeps whom it has looked up for minutes.
      await forgetLogins();
    },
    doors,
    log,
  });
  if (settings.fromDirectory) {
    await bookables.refresh();
    setInterval(() => void bookables.refresh(), copiedEveryMs);
  }
  // SOGo's two processes in this container. The twin's address is drawn at each start.
  const upstreams = { web: "http://127.0.0.1:20000", dav: `http://${readFileSync("/run/sogo/twin", "utf8").trim()}` };
  const lane = makeLane(settings, store, askDirectory(access), upstreams, log);
  const app = bookingApp({ settings, store, lane, bookables, forgetLogins: () => forgetLogins(), log });

  const cared = async () => {
    try {
      await store.prepare();
      await carefully(pool, parts);
    } catch (error) {
      log(`care: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  setTimeout(() => void cared(), careTimes.firstMs);
  setInterval(() => void cared(), careTimes.everyMs);

  // A socket in the file system: SOGo fetches what people ask it to, and no URL names this.
  const socket = "/run/sogo/keeper.sock";
  rmSync(socket, { force: true });
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(socket, () => log("ready"));
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
}
