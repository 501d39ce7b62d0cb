import { readFileSync } from "node:fs";
import { handOverCommand } from "./hand-over-command.ts";
import { careOnce, serveBooking } from "./serve.ts";
import { bookingSettings } from "./settings.ts";

const read = (path: string) => readFileSync(`/config/${path}`, "utf8");
const settings = bookingSettings.parse(JSON.parse(read("booking.json")));
const ca = read("ca.pem");
const parts = {
  settings,
  database: { password: read("secrets/database").trim(), ca },
  access: { ...settings.directory, password: read("secrets/directory").trim(), ca },
  doors: {
    tokens: JSON.parse(read("secrets/doors.json")) as Record<string, string>,
    key: read("secrets/door-key").trim(),
  },
  log: (line: string) => console.log(`${new Date().toISOString()} booking: ${line}`),
};
const [command, ...args] = process.argv.slice(2);
if (command === "care") await careOnce(parts);
else if (command === "hand-over") {
  try {
    await handOverCommand(parts, args[0], args[1]);
  } catch (error) {
    console.error(`handover: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
} else await serveBooking(parts);
