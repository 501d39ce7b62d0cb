import { readFileSync } from "node:fs";
import { serve } from "@hono/node-server";
import { bookingApp } from "./app.ts";
import { makeBookables } from "./bookables.ts";
import { askDirectory } from "./bookers.ts";
import { askCopied } from "./copied.ts";
import { forgetLogins } from "./forget.ts";
import { makeLane } from "./lane.ts";
import { bookingSettings } from "./settings.ts";
import { bookingStore } from "./store.ts";

/** How often the directory is asked which rooms it has: they change rarely, and who adds one waits for it. */
const copiedEveryMs = 20_000;

const read = (path: string) => readFileSync(`/config/${path}`, "utf8");
const log = (line: string) => console.log(`${new Date().toISOString()} booking: ${line}`);
const settings = bookingSettings.parse(JSON.parse(read("booking.json")));
const doors = JSON.parse(read("secrets/doors.json")) as Record<string, string>;
const store = bookingStore(settings, { password: read("secrets/database").trim(), ca: read("ca.pem") }, log);
const access = { ...settings.directory, password: read("secrets/directory").trim(), ca: read("ca.pem") };
// While the database is away nothing here can answer: the container ends, and is started again.
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
  doors: { tokens: doors, key: read("secrets/door-key").trim() },
  log,
});
if (settings.fromDirectory) {
  await bookables.refresh();
  setInterval(() => void bookables.refresh(), copiedEveryMs);
}
// SOGo's two processes in this container.
const mayBook = askDirectory(access);
const lane = makeLane(settings, store, mayBook, { web: "http://127.0.0.1:20000", dav: "http://127.0.0.1:20001" }, log);
const server = serve(
  {
    fetch: bookingApp({ settings, store, lane, bookables, forgetLogins: () => forgetLogins(), log }).fetch,
    port: 20002,
    hostname: "127.0.0.1",
  },
  () => log("ready"),
);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
