import { leavers } from "./care.ts";
import { openPool } from "./database.ts";
import { everybody } from "./directory.ts";
import { forgetLogins } from "./forget.ts";
import { handOver } from "./hand-over.ts";
import type { ServeParts } from "./serve.ts";

/**
 * `hand-over [<GUID of who left> <login or GUID of who gets it>]`. Without both it lists those whose calendars are kept.
 *
 * @throws Error in words
 */
export async function handOverCommand(
  { settings, database, access, log }: ServeParts,
  of: string | undefined,
  to: string | undefined,
): Promise<void> {
  const pool = openPool(settings.database, database, log);
  try {
    if (of === undefined || to === undefined) {
      console.error("usage: handover <the one's GUID> <the other's login or GUID>");
      console.error("calendars and contacts of people who are gone:");
      for (const { guid, since } of await leavers(pool))
        console.error(`  ${guid} since ${since.toISOString().slice(0, 10)}`);
      process.exitCode = 2;
      return;
    }
    const people = await everybody(access);
    const receiver = people.find(({ guid, login }) => [guid, login].includes(to.toLowerCase()));
    if (!receiver) throw new Error(`the directory knows nobody with the login "${to}"`);
    const from = of.toLowerCase();
    if (receiver.guid === from) throw new Error("both are the same person");
    const title = settings.language === "da" ? "Overtaget" : "Taken over";
    const whose = people.find(({ guid }) => guid === from)?.name ?? from;
    const copied = await handOver(pool, from, receiver.guid, `${title}, ${whose}`);
    await forgetLogins().catch(() => undefined);
    console.log(`handover: ${receiver.name} has ${copied} calendars and address books of ${whose} beside their own`);
  } finally {
    await pool.end();
  }
}
