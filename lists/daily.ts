import type { Database } from "./store/database.ts";

/** Hour at which a day's mails go out in one, by the clock in Denmark: they lie there when work begins. */
export const dailyHour = 6;

const dayIn = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone: "Europe/Copenhagen" });

/** The day whose daily work is due by now: it begins at {@link dailyHour}. Pure. @returns e.g. "2026-11-29" */
export const dueDay = (now: Date): string => dayIn.format(new Date(now.getTime() - dailyHour * 3_600_000));

/**
 * Does the daily work unless it was done that day, also where this process is started anew. What fails is tried again by the
 * next call.
 *
 * @param now Default: the time
 */
export async function daily(database: Database, work: () => Promise<void>, now = new Date()): Promise<void> {
  const day = dueDay(now);
  const { rows } = await database.query<{ done: boolean }>("select done_on >= $1::date done from planb.daily", [day]);
  if (rows[0]?.done) return;
  await work();
  await database.query(
    "insert into planb.daily (done_on) values ($1) on conflict (one) do update set done_on = excluded.done_on",
    [day],
  );
}
