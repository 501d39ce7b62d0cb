import type { MayBook } from "./bookers.ts";
import { type Refusal, refusal } from "./clashes.ts";
import { isAbsurd, type Occurrence, organizerAddress } from "./occurrences.ts";
import type { BookingSettings } from "./settings.ts";
import { type BookingStore, type Changed, layOut, type Span, spanOf } from "./store.ts";

/**
 * Judges what a request has just written into resources' calendars, and takes all of it back when one booking does not
 * fit. SOGo has judged before; it does not look at everything: moved meetings of a series that come in one piece,
 * appointments marked "free", meetings more than a year ahead. A booking whose times and organizer stay is as it was: rules
 * that came after it do not bind it.
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
  if ((await store.repeating()).some(isAbsurd)) {
    await store.undo();
    return { why: "absurd", name: "" };
  }
  const spans: Span[] = [];
  for (const change of await store.changed()) {
    const verdict = await verdictOn(store, settings, mayBook, change, spans);
    if (!verdict) continue;
    await store.undo();
    return verdict;
  }
  await store.settle(spans);
  return undefined;
}

async function verdictOn(
  store: BookingStore,
  { maxSeriesDays }: BookingSettings,
  mayBook: MayBook,
  change: Changed,
  spans: Span[],
): Promise<Refusal | undefined> {
  const { bookable } = change;
  const added = layOut(change, maxSeriesDays);
  if (typeof added === "string") return { why: added, name: bookable.name };
  const span = spanOf(change, added);
  spans.push(span);
  if (added.length === 0 || isAsBefore(change, added, maxSeriesDays)) return undefined;
  if (!(await mayBook(bookable, organizerAddress(change.ics)))) return { why: "notYours", name: bookable.name };
  return refusal(bookable, added, await store.others(change, span.from, span.to));
}

const times = (all: readonly Occurrence[]) => all.map(({ start, end }) => `${start} ${end}`).join("\n");

/** Whether an appointment has the times and the organizer that it had before the request. */
function isAsBefore(change: Changed, now: readonly Occurrence[], maxSeriesDays: number): boolean {
  const { before, ics } = change;
  if (before === undefined) return false;
  const then = layOut({ ...change, ics: before }, maxSeriesDays);
  return typeof then !== "string" && times(then) === times(now) && organizerAddress(before) === organizerAddress(ics);
}
