import { readFileSync } from "node:fs";
import { serve } from "@hono/node-server";
import { bookingApp } from "./app.ts";
import { askDirectory } from "./bookers.ts";
import { forgetLogins } from "./forget.ts";
import { makeLane } from "./lane.ts";
import { bookingSettings } from "./settings.ts";
import { bookingStore } from "./store.ts";

const read = (path: string) => readFileSync(`/config/${path}`, "utf8");
const log = (line: string) => console.log(`${new Date().toISOString()} booking: ${line}`);
const settings = bookingSettings.parse(JSON.parse(read("booking.json")));
const doors = JSON.parse(read("secrets/doors.json")) as Record<string, string>;
const store = bookingStore(settings, { password: read("secrets/database").trim(), ca: read("ca.pem") }, log);
// While the database is away nothing here can answer: the container ends, and is started again.
await store.declare();
// SOGo's two processes in this container.
const mayBook = askDirectory({
  ...settings.directory,
  password: read("secrets/directory").trim(),
  ca: read("ca.pem"),
});
const lane = makeLane(settings, store, mayBook, { web: "http://127.0.0.1:20000", dav: "http://127.0.0.1:20001" }, log);
const server = serve(
  {
    fetch: bookingApp({ settings, store, lane, doors, forgetLogins: () => forgetLogins(), log }).fetch,
    port: 20002,
    hostname: "127.0.0.1",
  },
  () => log("ready"),
);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
