import type { MayBook } from "./bookers.ts";
import { type Refusal, refusal } from "./clashes.ts";
import { organizerAddress } from "./occurrences.ts";
import type { BookingSettings } from "./settings.ts";
import { type BookingStore, layOut } from "./store.ts";

/**
 * Judges what a request has just written into resources' calendars, and takes all of it back when one booking does not
 * fit. SOGo has judged before; it does not look at everything: moved meetings of a series that come in one piece,
 * appointments marked "free", meetings more than a year ahead.
 *
 * Nobody else may write meanwhile.
 *
 * @returns why it was taken back, undefined when it stands
 */
export async function judge(
  store: BookingStore,
  settings: BookingSettings,
  mayBook: MayBook,
): Promise<Refusal | undefined> {
  for (const change of await store.changed()) {
    const verdict = await verdictOn(store, settings, mayBook, change);
    if (!verdict) continue;
    await store.undo();
    return verdict;
  }
  await store.settle();
  return undefined;
}

async function verdictOn(
  store: BookingStore,
  { maxSeriesDays }: BookingSettings,
  mayBook: MayBook,
  change: Awaited<ReturnType<BookingStore["changed"]>>[number],
): Promise<Refusal | undefined> {
  const { bookable } = change;
  const added = layOut(change, maxSeriesDays);
  if (typeof added === "string") return { why: added, name: bookable.name };
  if (added.length === 0) return undefined;
  if (!(await mayBook(bookable, organizerAddress(change.ics)))) return { why: "notYours", name: bookable.name };
  const from = Math.min(...added.map((one) => one.start));
  const to = Math.max(...added.map((one) => one.end));
  return refusal(bookable, added, await store.others(change, from, to));
}
