import { describe, expect, it } from "vitest";
import { meant } from "./bookers.ts";
import { refusal } from "./clashes.ts";
import { dayOf, doorPage } from "./door.ts";
import { occurrencesOf, organizerAddress, UnboundedSeries } from "./occurrences.ts";
import type { Bookable, BookingSettings } from "./settings.ts";
import { layOut } from "./store.ts";
import { refusalText, tidyRefusal } from "./texts.ts";

const room: Bookable = {
  id: "moede-1",
  kind: "room",
  name: 'Mødelokale "1", <b>stuen</b>',
  addresses: ["moede-1@kommune.example"],
  features: ["Skærm"],
  concurrent: 1,
  bookers: [],
};
const one = (from: string, to: string, more = {}) => ({
  ...{ start: Date.parse(from), end: Date.parse(to), summary: "Løn", organizer: "Anna", isPrivate: false },
  ...more,
});
const ics = (...lines: string[]) => ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR", ""].join("\r\n");
const event = (...lines: string[]) => ["BEGIN:VEVENT", "UID:1", ...lines, "END:VEVENT"];
const starts = (text: string) =>
  occurrencesOf(text, room.addresses, 366).map(({ start }) => new Date(start).toISOString());

describe("occurrences", () => {
  it("keeps the hour of a series through the change to winter time, known zone or not", () => {
    const series = event(
      "DTSTART;TZID=Europe/Copenhagen:20261020T100000",
      "DTEND;TZID=Europe/Copenhagen:20261020T110000",
      "RRULE:FREQ=WEEKLY;COUNT=2",
    );
    expect(starts(ics(...series))).toEqual(["2026-10-20T08:00:00.000Z", "2026-10-27T09:00:00.000Z"]);
    const floating = event("DTSTART:20261020T100000", "DTEND:20261020T110000");
    expect(starts(ics(...floating))).toEqual(["2026-10-20T08:00:00.000Z"]);
  });

  it("puts a moved meeting where it is, leaves out one called off, and one the room is no longer part of", () => {
    const text = ics(
      ...event(
        "DTSTART:20270104T100000Z",
        "DTEND:20270104T110000Z",
        "RRULE:FREQ=DAILY;COUNT=4",
        "EXDATE:20270105T100000Z",
      ),
      ...event("RECURRENCE-ID:20270106T100000Z", "DTSTART:20270301T100000Z", "DTEND:20270301T110000Z"),
      ...event(
        "RECURRENCE-ID:20270107T100000Z",
        "DTSTART:20270107T100000Z",
        "DTEND:20270107T110000Z",
        "ATTENDEE:mailto:moede-2@kommune.example",
      ),
    );
    expect(starts(text)).toEqual(["2027-01-04T10:00:00.000Z", "2027-03-01T10:00:00.000Z"]);
  });

  it("counts an all-day appointment by the clock on the wall", () => {
    const [day] = occurrencesOf(ics(...event("DTSTART;VALUE=DATE:20270104", "DTEND;VALUE=DATE:20270105")), [], 366);
    expect(day).toMatchObject({ start: Date.parse("2027-01-03T23:00Z"), end: Date.parse("2027-01-04T23:00Z") });
  });

  it("refuses what has no end", () => {
    const endless = ics(...event("DTSTART:20270104T100000Z", "DTEND:20270104T110000Z", "RRULE:FREQ=YEARLY"));
    expect(() => occurrencesOf(endless, [], 366)).toThrow(UnboundedSeries);
  });

  it("gives up on days that never come, and lays out the next as ever", () => {
    const rules = [
      "FREQ=DAILY;COUNT=2;BYMONTH=2;BYMONTHDAY=30",
      "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
      "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3",
    ];
    const laidOut = rules.map((rule) => {
      const text = ics(...event("DTSTART:20270104T100000Z", "DURATION:PT1H", `RRULE:${rule}`));
      return layOut({ bookable: room, folder: 1, name: "1.ics", ics: text }, 366);
    });
    expect(laidOut).toEqual(["unreadable", "unreadable", "endless"]);
    const daily = event("DTSTART:20270104T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=366");
    expect(starts(ics(...daily))).toHaveLength(366);
  }, 20_000);

  it("tells who calls the meeting", () => {
    expect(organizerAddress(ics(...event("DTSTART:20270104T100000Z", "ORGANIZER:MAILTO:Anna@Kommune.example")))).toBe(
      "anna@kommune.example",
    );
  });
});

describe("who may book", () => {
  it("means no group where two bear the name", () => {
    const groups = ["Beredskab", "BEREDSKAB", "Drift"].map((name, n) => ({ key: `g${n}`, name }));
    expect(meant(groups)).toEqual(["g2"]);
  });
});

describe("refusal", () => {
  const nine = one("2027-01-04T09:00Z", "2027-01-04T10:00Z");

  it("lets meetings touch, and not overlap", () => {
    expect(refusal(room, [one("2027-01-04T10:00Z", "2027-01-04T11:00Z")], [nine])).toBeUndefined();
    expect(refusal(room, [one("2027-01-04T09:59Z", "2027-01-04T11:00Z")], [nine])).toMatchObject({ why: "taken" });
  });

  it("counts what is held at one moment, not over the whole time", () => {
    const two = { ...room, concurrent: 2 };
    const long = one("2027-01-04T09:00Z", "2027-01-04T12:00Z");
    const after = one("2027-01-04T10:00Z", "2027-01-04T11:00Z");
    expect(refusal(two, [long], [nine, after])).toBeUndefined();
    expect(refusal(two, [long], [nine, one("2027-01-04T09:30Z", "2027-01-04T11:00Z")])).toMatchObject({ why: "taken" });
    expect(refusal({ ...room, concurrent: 0 }, [nine], [nine, nine])).toBeUndefined();
  });

  it("counts what a series takes from itself together with what others hold", () => {
    const two = { ...room, concurrent: 2 };
    const again = one("2027-01-04T09:30Z", "2027-01-04T10:30Z");
    expect(refusal(two, [nine, again], [])).toBeUndefined();
    expect(refusal(two, [nine, again], [nine])).toEqual({ why: "taken", name: room.name, at: again.start });
    expect(refusal(room, [nine, again], [])).toEqual({ why: "taken", name: room.name, at: again.start });
  });

  it("keeps to opening hours until midnight", () => {
    const late = { ...room, openingHours: { "1": ["08:00", "24:00"] as [string, string] } };
    expect(refusal(late, [one("2027-01-04T20:00Z", "2027-01-04T23:00Z")], [])).toBeUndefined();
    expect(refusal(late, [one("2027-01-04T20:00Z", "2027-01-05T00:00Z")], [])).toMatchObject({ why: "closed" });
  });
});

describe("words", () => {
  const at = Date.parse("2026-12-03T09:00Z");

  it("writes a day and a time as Danish does, and names no zone", () => {
    expect(refusalText({ why: "taken", name: "Byrådssalen", at }, "da")).toBe(
      "Byrådssalen er optaget torsdag den 3. december kl. 10.00. Aftalen er ikke gemt.",
    );
    const ofSogo =
      '{"reject": "En anden aftale begynder torsdag den 3. december 2026 10:00 CET. Aftalen er ikke gemt."}';
    expect(tidyRefusal(ofSogo, "da")).toBe(ofSogo.replace("10:00 CET", "kl. 10.00"));
    expect(tidyRefusal("starts on Friday, July 03, 2026 10:00 CEST.", "en")).toBe(
      "starts on Friday, July 03, 2026 at 10:00.",
    );
  });
});

describe("a door screen", () => {
  const settings = { language: "da", doorShows: "title" } as BookingSettings;
  const meetings = [
    one("2027-01-04T09:00Z", "2027-01-04T10:00Z", { summary: "<script>&" }),
    one("2027-01-04T10:00Z", "2027-01-04T11:00Z", { isPrivate: true, summary: "Sygesamtale" }),
  ];
  const page = (at: string, shows = settings) => String(doorPage(shows, room, meetings, Date.parse(at)));

  it("says until when, back to back as one, and harms no name", () => {
    expect(page("2027-01-04T09:30Z")).toContain("Optaget til 12.00");
    expect(page("2027-01-04T08:30Z")).toContain("Ledig indtil 10.00");
    expect(page("2027-01-04T11:30Z")).toContain("Ledig resten af dagen");
    expect(page("2027-01-04T09:30Z")).toContain("&lt;script&gt;&amp;");
    expect(page("2027-01-04T09:30Z")).not.toMatch(/<script>|<b>|Sygesamtale/);
  });

  it("is taken only when all there are of a thing are, and tells how many are left", () => {
    const two = { ...room, concurrent: 2 };
    const half = one("2027-01-04T09:30Z", "2027-01-04T12:00Z");
    const at = (time: string) => String(doorPage(settings, two, [...meetings, half], Date.parse(time)));
    expect(at("2027-01-04T08:30Z")).toContain("Ledig indtil 10.30");
    expect(at("2027-01-04T09:15Z")).toMatch(/class="free"[\s\S]*1 af 2 ledige/);
    expect(at("2027-01-04T09:45Z")).toMatch(/class="busy"[\s\S]*Optaget til 12\.00/);
    expect(String(doorPage(settings, { ...room, concurrent: 0 }, meetings, Date.parse("2027-01-04T09:30Z")))).toContain(
      "Ledig resten af dagen",
    );
  });

  it("tells no more than the municipality wants", () => {
    expect(page("2027-01-04T09:30Z", { ...settings, doorShows: "time" })).not.toMatch(/Anna|script/);
    expect(page("2027-01-04T09:30Z", { ...settings, doorShows: "organizer" })).toContain("Anna");
  });

  it("knows the day the clocks change", () => {
    const { from, to } = dayOf(Date.parse("2027-03-28T12:00Z"));
    expect([from, to]).toEqual([Date.parse("2027-03-27T23:00Z"), Date.parse("2027-03-28T22:00Z")]);
    const autumn = dayOf(Date.parse("2026-10-25T22:30Z"));
    expect([autumn.from, autumn.to]).toEqual([Date.parse("2026-10-24T22:00Z"), Date.parse("2026-10-25T23:00Z")]);
  });
});
