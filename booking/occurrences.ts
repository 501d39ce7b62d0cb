import { createContext, runInContext } from "node:vm";
import ICAL from "ical.js";
import { timeZone } from "./settings.ts";

/** Repetitions that no calendar of people holds: by the hour or shorter, without a step, or more than 10,000 times. */
const absurd =
  /^RRULE[^\r\n]*:(?=[^\r\n]*(FREQ=(SECONDLY|MINUTELY|HOURLY)|INTERVAL=0*(;|\r|\n|$)|COUNT=0*[1-9]\d{4,}))/im;

/** Whether something in a text of calendars repeats as nobody can hold it. */
export const isAbsurd = (text: string): boolean => absurd.test(text.replaceAll(/\r?\n[ \t]/g, ""));

/** A stretch of time something is taken, in ms since 1970; the end does not belong to it. */
export interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly summary: string;
  /** Common name or address of who made the appointment; empty when nobody is named. */
  readonly organizer: string;
  /** Whether only its owner may read what it is about. */
  readonly isPrivate: boolean;
}

/** Why an appointment cannot be laid out in time. */
export class UnboundedSeries extends Error {
  override readonly name = "UnboundedSeries";
}

/** Most meetings a series may have; a year of every day, three times. */
const maxMeetings = 1100;

/** Milliseconds a series may take to be laid out; the longest takes a hundredth of it. */
const deadlineMs = 2000;
const desk: { work?: () => void } = createContext({});

/**
 * Lays something out, but not for ever: for a day that never comes (30 February) ical.js looks without end.
 *
 * @throws Error when the time is up
 */
function inTime(work: () => void): void {
  desk.work = work;
  try {
    runInContext("work()", desk, { timeout: deadlineMs });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "ERR_SCRIPT_EXECUTION_TIMEOUT" ? new Error("a series whose days nobody finds") : error;
  }
}

// For appointments that name the zone and do not bring its rules; ours alone, others count as local time, as in SOGo.
const copenhagen = `BEGIN:VTIMEZONE
TZID:${timeZone}
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE`.replaceAll("\n", "\r\n");
const localZone = new ICAL.Timezone(ICAL.Component.fromString(copenhagen));
ICAL.TimezoneService.register(localZone, timeZone);

const ms = (time: ICAL.Time): number => {
  if (time.zone.tzid !== "floating") return time.toUnixTime() * 1000;
  const local = time.clone();
  local.zone = localZone;
  return local.toUnixTime() * 1000;
};

const organizerOf = (event: ICAL.Event): string => {
  const property = event.component.getFirstProperty("organizer");
  if (!property) return "";
  const name = property.getFirstParameter("cn");
  return name || String(property.getFirstValue() ?? "").replace(/^mailto:/i, "");
};

/** An occurrence that the resource itself is no longer part of, or that is called off, takes nothing. */
function counts(event: ICAL.Event, addresses: readonly string[]): boolean {
  if (event.component.getFirstPropertyValue("status") === "CANCELLED") return false;
  const attendees = event.attendees.map((a) =>
    String(a.getFirstValue() ?? "")
      .replace(/^mailto:/i, "")
      .toLowerCase(),
  );
  return attendees.length === 0 || attendees.some((address) => addresses.includes(address));
}

/** Address of who made an appointment, lower case; empty when nobody is named. */
export function organizerAddress(ics: string): string {
  const property = ICAL.Component.fromString(ics).getFirstSubcomponent("vevent")?.getFirstProperty("organizer");
  return String(property?.getFirstValue() ?? "")
    .replace(/^mailto:/i, "")
    .toLowerCase();
}

/**
 * Every meeting of an appointment in a resource's calendar: series, their exceptions and further dates, moved ones where
 * they are now.
 *
 * @param addresses of the resource, lower case
 * @param maxDays a series may last from its first meeting
 * @throws UnboundedSeries when it lasts longer or has more meetings than anybody holds
 * @throws Error when it cannot be read, or its days are not found in time
 */
export function occurrencesOf(ics: string, addresses: readonly string[], maxDays: number): readonly Occurrence[] {
  const calendar = ICAL.Component.fromString(ics);
  const events = calendar.getAllSubcomponents("vevent").map((component) => new ICAL.Event(component));
  const masters = events.filter((event) => !event.isRecurrenceException());
  const exceptions = events.filter((event) => event.isRecurrenceException());
  const found = new Map<string, Occurrence>();
  const add = (event: ICAL.Event, start: ICAL.Time, end: ICAL.Time) => {
    if (!counts(event, addresses)) return;
    const isPrivate = ["PRIVATE", "CONFIDENTIAL"].includes(
      String(event.component.getFirstPropertyValue("class") ?? "PUBLIC"),
    );
    const one = {
      start: ms(start),
      end: ms(end),
      summary: event.summary ?? "",
      organizer: organizerOf(event),
      isPrivate,
    };
    found.set(`${one.start} ${one.end}`, one);
  };
  for (const master of masters) {
    for (const exception of exceptions) master.relateException(exception);
    if (!master.isRecurring()) {
      add(master, master.startDate, master.endDate);
      continue;
    }
    const last = ms(master.startDate) + maxDays * 86_400_000;
    inTime(() => {
      const iterator = master.iterator();
      for (let meetings = 0; ; meetings++) {
        const next: ICAL.Time | undefined = iterator.next();
        if (!next) break;
        if (meetings >= maxMeetings || ms(next) > last) throw new UnboundedSeries();
        const { startDate, endDate, item } = master.getOccurrenceDetails(next);
        add(item, startDate, endDate);
      }
    });
  }
  // Also those of which the rule knows nothing, or that came without their series.
  for (const exception of exceptions) add(exception, exception.startDate, exception.endDate);
  return [...found.values()].sort((a, b) => a.start - b.start);
}
