import type { Occurrence } from "./occurrences.ts";
import { type Bookable, timeZone } from "./settings.ts";

/** Why a booking cannot stand. */
export type Refusal =
  | { readonly why: "taken"; readonly name: string; readonly at: number }
  | { readonly why: "closed"; readonly name: string; readonly at: number }
  | { readonly why: "notYours"; readonly name: string }
  | { readonly why: "endless"; readonly name: string }
  | { readonly why: "unreadable"; readonly name: string }
  /** Any appointment, with a room or without. */
  | { readonly why: "absurd"; readonly name: string };

/** The most of these that are held at one moment of a stretch of time. */
function mostAtOnce(others: readonly Occurrence[], { start, end }: Occurrence): number {
  const edges = others
    .filter((other) => other.start < end && other.end > start)
    .flatMap((other) => [
      { at: Math.max(other.start, start), change: 1 },
      { at: Math.min(other.end, end), change: -1 },
    ])
    // One that ends as the next begins is no overlap.
    .sort((a, b) => a.at - b.at || a.change - b.change);
  let [now, most] = [0, 0];
  for (const { change } of edges) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone,
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function local(at: number): { day: string; time: string } {
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  return { day: String(weekdays.indexOf(parts["weekday"] ?? "") + 1), time: `${parts["hour"]}:${parts["minute"]}` };
}

function isOpen({ openingHours }: Bookable, { start, end }: Occurrence): boolean {
  if (!openingHours) return true;
  const first = local(start);
  const hours = openingHours[first.day];
  if (!hours) return false;
  // The last moment that belongs to it, so that a meeting may last until midnight.
  const last = local(Math.max(start, end - 60_000));
  const until = local(end).time;
  if (last.day !== first.day || end - start > 86_400_000) return false;
  return first.time >= hours[0] && (until === "00:00" ? hours[1] === "24:00" : until <= hours[1]);
}

/**
 * Whether new meetings fit beside those already there.
 *
 * @param added meetings of one appointment
 * @param others meetings of all others of the same resource
 * @returns the first reason against it, undefined when all fit
 */
export function refusal(
  bookable: Bookable,
  added: readonly Occurrence[],
  others: readonly Occurrence[],
): Refusal | undefined {
  for (const [index, one] of added.entries()) {
    // A series takes from itself too.
    const held = [...others, ...added.slice(0, index)];
    if (bookable.concurrent > 0 && mostAtOnce(held, one) >= bookable.concurrent) {
      return { why: "taken", name: bookable.name, at: one.start };
    }
    if (!isOpen(bookable, one)) return { why: "closed", name: bookable.name, at: one.start };
  }
  return undefined;
}
