import { html } from "hono/html";
import type { Occurrence } from "./occurrences.ts";
import { type Bookable, type BookingSettings, timeZone } from "./settings.ts";

const words = {
  da: {
    free: "Ledig",
    freeUntil: "Ledig indtil",
    freeToday: "Ledig resten af dagen",
    busyUntil: "Optaget til",
    left: (free: number, of: number) => `${free} af ${of} ledige`,
    booked: "Optaget",
    none: "Ingen bookinger i dag",
    today: "I dag",
    places: "pladser",
    updated: "Opdateret kl.",
    missing: "Skærmen findes ikke. Bed it-afdelingen om et nyt link.",
    away: "Kalenderen svarer ikke lige nu. Siden prøver igen om et minut.",
  },
  en: {
    free: "Free",
    freeUntil: "Free until",
    freeToday: "Free for the rest of the day",
    busyUntil: "Taken until",
    left: (free: number, of: number) => `${free} of ${of} free`,
    booked: "Taken",
    none: "No bookings today",
    today: "Today",
    places: "places",
    updated: "Updated at",
    missing: "There is no such screen. Ask the IT department for a new link.",
    away: "The calendar does not answer right now. The page tries again in a minute.",
  },
} as const;

const locale = (language: "da" | "en") => (language === "da" ? "da-DK" : "en-GB");
const clock = (at: number, language: "da" | "en") =>
  new Intl.DateTimeFormat(locale(language), { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
    at,
  );

/** Midnight before a moment, and the one after, by the clock on the wall. */
export function dayOf(at: number): { readonly from: number; readonly to: number } {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hourCycle: "h23",
      ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
  const midnight = (plus: number) => {
    const guess = Date.UTC(year, month - 1, day + plus) - offset;
    // The offset may change during the day.
    const shown = clock(guess, "en");
    if (shown === "00:00") return guess;
    return shown < "12:00" ? guess - 3_600_000 : guess + 3_600_000;
  };
  return { from: midnight(0), to: midnight(1) };
}

type Words = (typeof words)["da" | "en"];

function page(language: "da" | "en", title: string, body: unknown) {
  return html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="refresh" content="60">
    <meta name="robots" content="noindex">
    <title>${title}</title>
    <link rel="stylesheet" href="/doer/stil.css">
  </head>
  ${body}
</html>`;
}

/** A page for a link that leads nowhere, or while the calendar is away. */
export function doorNote(language: "da" | "en", what: "missing" | "away") {
  const text = words[language][what];
  return page(language, text, html`<body class="note"><main><p>${text}</p></main></body>`);
}

/** What can be had right now, and until when that stays so. */
function now(
  { concurrent }: Bookable,
  meetings: readonly Occurrence[],
  at: number,
  to: number,
  text: Words,
  language: "da" | "en",
) {
  const taken = (when: number) => meetings.filter((one) => one.start <= when && one.end > when).length;
  const isFull = (when: number) => concurrent > 0 && taken(when) >= concurrent;
  const busy = isFull(at);
  // Back to back counts as one stretch.
  const turns = meetings.flatMap(({ start, end }) => [start, end]).sort((a, b) => a - b);
  const turn = turns.find((when) => when > at && isFull(when) !== busy);
  if (busy) return { busy, title: `${text.busyUntil} ${clock(Math.min(turn ?? to, to), language)}` };
  if (concurrent > 1 && taken(at) > 0) return { busy, title: text.left(concurrent - taken(at), concurrent) };
  return { busy, title: turn === undefined ? text.freeToday : `${text.freeUntil} ${clock(turn, language)}` };
}

/** What stands beside the time: as much as the municipality lets everybody in the corridor read. */
function told(one: Occurrence, shows: BookingSettings["doorShows"], text: Words): string {
  if (one.isPrivate || shows === "time") return text.booked;
  if (shows === "organizer") return one.organizer || text.booked;
  return one.summary || text.booked;
}

/** The screen at a door: one room, today. Readable from three metres, without a click. */
export function doorPage(settings: BookingSettings, bookable: Bookable, meetings: readonly Occurrence[], at: number) {
  const { language } = settings;
  const text = words[language];
  const state = now(bookable, meetings, at, dayOf(at).to, text, language);
  const about = [
    bookable.building,
    bookable.capacity === undefined ? undefined : `${bookable.capacity} ${text.places}`,
    ...bookable.features,
  ].filter((part) => part !== undefined);
  const date = new Intl.DateTimeFormat(locale(language), { timeZone, dateStyle: "full" }).format(at);
  const rows = meetings.map(
    (one) => html`<li class="${one.end <= at ? "past" : one.start <= at ? "now" : "later"}">
        <span class="time">${clock(one.start, language)}–${clock(one.end, language)}</span>
        <span class="who">${told(one, settings.doorShows, text)}</span>
      </li>`,
  );
  return page(
    language,
    bookable.name,
    html`<body class="${state.busy ? "busy" : "free"}">
    <header>
      <h1>${bookable.name}</h1>
      <p>${about.join(" · ")}</p>
    </header>
    <main>
      <p class="state">${state.title}</p>
      <section>
        <h2>${text.today}</h2>
        ${rows.length > 0 ? html`<ul>${rows}</ul>` : html`<p class="none">${text.none}</p>`}
      </section>
    </main>
    <footer><span>${date}</span><span>${text.updated} ${clock(at, language)}</span></footer>
  </body>`,
  );
}

/** Style sheet of the door screens. */
export const doorStyle = `:root { color-scheme: light dark; font-family: "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
* { box-sizing: border-box; margin: 0; }
body { min-height: 100vh; display: flex; flex-direction: column; color: #fff; font-size: clamp(1rem, max(2.4vw, 1.9vh), 2.2rem); }
body.free { background: #14532d; }
body.busy { background: #7f1d1d; }
body.note { background: #1f2937; align-items: center; justify-content: center; padding: 2em; text-align: center; }
header { padding: 1.2em 1.6em 0; }
h1 { font-size: clamp(1.8rem, max(5vw, 3.6vh), 4.6rem); line-height: 1.1; overflow-wrap: anywhere; }
header p { opacity: .9; margin-top: .3em; }
main { flex: 1; padding: 0 1.6em; }
.state { font-size: clamp(2.2rem, max(8vw, 5.4vh), 7.5rem); font-weight: 700; line-height: 1.1; padding: .35em 0; }
h2 { font-size: 1em; font-weight: 600; opacity: .85; }
ul { list-style: none; padding: .4em 0; }
li { display: flex; gap: 1.2em; padding: .35em .6em; border-radius: .3em; }
li.now { background: rgba(255, 255, 255, .22); font-weight: 600; }
li.past { opacity: .7; }
.time { font-variant-numeric: tabular-nums; white-space: nowrap; }
.who { overflow-wrap: anywhere; }
.none { padding: .5em 0; }
footer { display: flex; justify-content: space-between; gap: 1em; padding: .8em 1.6em; background: rgba(0, 0, 0, .25); font-size: .8em; }
`;
