import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { book, CalDav, type Meeting, room } from "./testing/caldav.ts";
import { BookingStack, people } from "./testing/stack.ts";

const { anna, bo, eva } = people;
const workdays = { mon: "08:00-16:00", tue: "08:00-16:00", wed: "08:00-16:00", thu: "08:00-16:00", fri: "08:00-16:00" };
const section = {
  rooms: [
    { id: "moede1", name: 'Mødelokale 1 "Ærø", stuen', address: room, capacity: 8, features: ["Skærm", "Tavle"] },
    { id: "moede2", name: "Mødelokale 2", address: "moede2@kommune.example", openingHours: workdays },
    // What is copied from the existing directory is called "ad-" and a GUID.
    { id: "ad-hoc", name: "Ad hoc", address: "adhoc@kommune.example" },
  ],
  fromDirectory: { rooms: {} },
  // eva alone is in the group
  equipment: [
    {
      id: "drone",
      name: "Drone",
      address: "drone@kommune.example",
      bookableBy: ['Beredskab, "krisestab" (1*)'],
    },
    { id: "bil", name: "Elbil's kørebog, <b>1</b>", address: "bil@kommune.example", concurrent: 2 },
  ],
};

describe("the groupware on an engine", () => {
  const stack = new BookingStack();
  let dav: CalDav;

  beforeAll(async () => {
    await stack.start(section);
    dav = new CalDav(stack.caPem);
    // The first request of a person makes the calendar.
    for (const person of [anna, bo, eva]) await dav.ask(person, "PROPFIND", `/SOGo/dav/${person.guid}/Calendar/`);
  }, 240_000);
  afterAll(async () => {
    await dav?.close();
    await stack.remove();
  });

  /** Meetings in a resource's calendar, as its rows have them. */
  const held = (id: string) =>
    stack.sql(
      `select count(*) from sogo_store s join sogo_folder_info f using (c_folder_id) where f.c_path2 = '${id}' and coalesce(s.c_deleted, 0) = 0`,
    );

  it("books a room, refuses it to the next in words, and takes the meeting after it", async () => {
    expect(await dav.put(anna, book("one", "0104", "1000", "1100"))).toMatchObject({ status: 201 });
    expect((await dav.get(anna, "one")).text).toMatch(/ATTENDEE;[^\r\n]*PARTSTAT=ACCEPTED/);
    const refused = await dav.put(bo, book("two", "0104", "1030", "1130"));
    expect(refused.status).toBe(409);
    // When it is taken, and not by what.
    expect(refused.text).toContain("er optaget. En anden aftale begynder mandag den 4. januar 2027 kl. 11.00. Aftalen");
    expect(refused.text).not.toContain("Møde one");
    expect((await dav.get(bo, "two")).status).toBe(404);
    expect(await dav.put(bo, book("three", "0104", "1100", "1130"))).toMatchObject({ status: 201 });
  });

  it("lets one of two through who press at the same moment, twenty times over", async () => {
    const days = Array.from({ length: 20 }, (_, n) => `02${String(n + 1).padStart(2, "0")}`);
    const outcomes = await Promise.all(
      days.map((day) =>
        Promise.all([
          dav.put(anna, book(`a${day}`, day, "1000", "1100")),
          dav.put(bo, book(`b${day}`, day, "1030", "1130")),
        ]),
      ),
    );
    expect(outcomes.map((pair) => pair.map(({ status }) => status).sort())).toEqual(days.map(() => [201, 409]));
  });

  it("refuses a series that meets one booking, and a booking that meets a series, at the same moment too", async () => {
    await dav.put(anna, book("single", "0315", "0900", "1000"));
    const weekly = { lines: ["RRULE:FREQ=WEEKLY;COUNT=10"] };
    expect((await dav.put(bo, book("series", "0301", "0930", "1030", weekly))).status).toBe(409);
    expect((await dav.put(bo, book("series", "0302", "0930", "1030", weekly))).status).toBe(201);
    expect((await dav.put(eva, book("inside", "0323", "1000", "1100"))).status).toBe(409);
    const both = await Promise.all([
      dav.put(anna, book("pair-a", "0303", "1200", "1300", weekly)),
      dav.put(bo, book("pair-b", "0310", "1230", "1330", weekly)),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it("refuses to move a booking onto another, and leaves it where it was", async () => {
    await dav.put(anna, book("stays", "0405", "0900", "1000"));
    await dav.put(bo, book("moves", "0405", "1100", "1200"));
    expect((await dav.put(bo, book("moves", "0405", "0930", "1030"))).status).toBe(409);
    expect((await dav.get(bo, "moves")).text).toContain("DTSTART:20270405T110000Z");
    // A quarter of an hour later overlaps with itself only.
    expect((await dav.put(bo, book("moves", "0405", "1115", "1215"))).status).toBeLessThan(300);
  });

  it("refuses the moved meeting of a series that lands on a booking, in one piece or added later", async () => {
    await dav.put(anna, book("target", "0512", "0900", "1000"));
    const weekly = "RRULE:FREQ=WEEKLY;COUNT=4";
    const moved = (uid: string) => book(uid, "0512", "0930", "1030", { lines: ["RECURRENCE-ID:20270510T130000Z"] });
    const whole = book("moved", "0503", "1300", "1400", { lines: [weekly], more: [moved("moved")] });
    const refused = await dav.put(bo, whole);
    expect(refused.status).toBe(409);
    expect((await dav.get(bo, "moved")).status).toBe(404);
    expect((await dav.put(bo, book("moved", "0503", "1300", "1400", { lines: [weekly] }))).status).toBe(201);
    expect((await dav.put(bo, whole)).status).toBe(409);
    expect((await dav.get(bo, "moved")).text).not.toContain("RECURRENCE-ID");
  });

  it("holds the place of a meeting moved far out of its series", async () => {
    const far = book("far", "0920", "0900", "1000", { lines: ["RECURRENCE-ID:20270608T130000Z"] });
    const series = book("far", "0601", "1300", "1400", { lines: ["RRULE:FREQ=WEEKLY;COUNT=3"], more: [far] });
    expect((await dav.put(anna, series)).status).toBe(201);
    expect((await dav.put(bo, book("onto-far", "0920", "0930", "1030"))).status).toBe(409);
    expect((await dav.put(bo, book("freed", "0608", "1300", "1400"))).status).toBe(201);
  });

  it("counts a booking marked as free time", async () => {
    expect((await dav.put(anna, book("free", "0705", "0900", "1000", { lines: ["TRANSP:TRANSPARENT"] }))).status).toBe(
      201,
    );
    expect((await dav.put(bo, book("over-free", "0705", "0930", "1030"))).status).toBe(409);
  });

  it("refuses series without an end or of more than a year, and repetitions nobody holds", async () => {
    const rules = ["FREQ=WEEKLY", "FREQ=WEEKLY;UNTIL=20300101T000000Z", "FREQ=DAILY;COUNT=9999"];
    const before = await held("moede1");
    for (const [n, rule] of rules.entries()) {
      const answer = await dav.put(anna, book(`long${n}`, "0801", "0400", "0430", { lines: [`RRULE:${rule}`] }));
      expect(answer).toMatchObject({ status: 409, text: expect.stringContaining("Sæt en slutdato") });
    }
    expect(await held("moede1")).toBe(before);
    for (const [n, rule] of ["FREQ=SECONDLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=99999999"].entries()) {
      const own = book(`absurd${n}`, "0801", "0400", "0430", { lines: [`RRULE:${rule}`], invited: [] });
      expect(await dav.put(anna, own)).toMatchObject({ status: 403, text: expect.stringContaining("gentages") });
    }
  });

  it("refuses a series whose days never come, and goes on", async () => {
    const before = await held("moede1");
    const lines = ["RRULE:FREQ=DAILY;COUNT=2;BYMONTH=2;BYMONTHDAY=30"];
    const answer = await dav.put(anna, book("never", "0802", "0400", "0430", { lines }));
    expect(answer).toMatchObject({ status: 409, text: expect.stringContaining("kunne ikke læses") });
    expect(await held("moede1")).toBe(before);
    expect((await dav.web("GET", "/doer/doer-til-moede-1")).status).toBe(200);
  });

  it("gives a thing out as often as there are of it, and never once more", async () => {
    const car = (uid: string, from: string, to: string) =>
      book(uid, "0906", from, to, { invited: ["bil@kommune.example"] });
    const three = await Promise.all([
      dav.put(anna, car("car-a", "0900", "1200")),
      dav.put(bo, car("car-b", "1000", "1100")),
      dav.put(eva, car("car-c", "1030", "1130")),
    ]);
    expect(three.map(({ status }) => status).sort()).toEqual([201, 201, 409]);
  });

  it("keeps opening hours, by the clock on the wall in summer and in winter", async () => {
    const other = { invited: ["moede2@kommune.example"] };
    // 1 November 2027 is a Monday of winter time: 07:00 is 08:00 in Denmark. 6 September: 06:00 is.
    expect((await dav.put(anna, book("open-w", "1101", "0700", "0800", other))).status).toBe(201);
    expect((await dav.put(anna, book("open-s", "0906", "0600", "0700", other))).status).toBe(201);
    const early = await dav.put(anna, book("early", "1102", "0600", "0700", other));
    expect(early).toMatchObject({ status: 409, text: expect.stringContaining("uden for åbningstiden") });
    expect((await dav.put(anna, book("sunday", "1107", "1000", "1100", other))).status).toBe(409);
  });

  it("gives to its own group what only that may book", async () => {
    const other = { invited: ["drone@kommune.example"] };
    const refused = await dav.put(anna, book("drone-a", "1018", "0900", "1000", other));
    expect(refused).toMatchObject({ status: 409, text: expect.stringContaining("bestemte medarbejdere") });
    expect((await dav.put(eva, book("drone-e", "1018", "0900", "1000", other))).status).toBe(201);
  });

  /** Names by which SOGo knows programs it treats otherwise. */
  const dav5 = "DAVx5/4.5.1-ose (dav4jvm; okhttp/4.12.0) Android/15";
  const mac = "macOS/15.1 (24B83) CalendarAgent/1123";
  const guests = (...answers: readonly [who: string, answer: string][]) =>
    answers.map(([who, answer]) => `ATTENDEE;PARTSTAT=${answer};RSVP=TRUE:mailto:${who}`);
  const attendees = (text: string) => text.replaceAll("\r\n ", "").match(/^ATTENDEE.*$/gm) ?? [];

  it.each([
    ["without a name", "1206", undefined],
    ["on Android", "1207", dav5],
    ["on a Mac", "1208", mac],
  ])("keeps all answers when a program %s changes something else", async (_, day, name) => {
    const all = guests(["fru.fremmed@example.net", "ACCEPTED"], [bo.mail, "DECLINED"]);
    const meeting = (...more: string[]) => book(`answer-${day}`, day, "0900", "1000", { lines: [...all, ...more] });
    expect((await dav.put(anna, meeting())).status).toBe(201);
    expect((await dav.put(anna, meeting("DESCRIPTION:Husk kage"), name)).status).toBe(204);
    for (const person of [anna, bo]) {
      const { text } = await dav.get(person, `answer-${day}`);
      expect(text).toContain("Husk kage");
      expect(attendees(text)).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/PARTSTAT=ACCEPTED.*fru\.fremmed@/),
          expect.stringMatching(/PARTSTAT=DECLINED.*bo@/),
        ]),
      );
    }
  });

  it("asks all again when a meeting is moved, and tells colleagues of all meetings moved in one piece", async () => {
    const all = guests([bo.mail, "ACCEPTED"]);
    const moved = (day: string) =>
      book("apart", day, "1400", "1500", { lines: [...all, `RECURRENCE-ID:2027${day}T120000Z`] });
    const series = (...more: Meeting[]) =>
      book("apart", "1213", "1200", "1300", { invited: [], lines: [...all, "RRULE:FREQ=DAILY;COUNT=4"], more });
    expect((await dav.put(anna, series())).status).toBe(201);
    expect((await dav.put(anna, series(moved("1214"), moved("1215")), dav5)).status).toBe(204);
    const { text } = await dav.get(bo, "apart");
    expect(text).toContain("DTSTART:20271214T140000Z");
    expect(text).toContain("DTSTART:20271215T140000Z");
    expect(attendees(text)).toContainEqual(expect.stringMatching(/PARTSTAT=NEEDS-ACTION.*bo@/));
  });

  it("takes every change of a booking whose times stay, though its room has closed since, or its booker is gone from the group", async () => {
    const drone = (lines: string[] = []) =>
      book("stays-e", "1108", "0900", "1000", { invited: ["drone@kommune.example", "moede2@kommune.example"], lines });
    expect((await dav.put(eva, drone())).status).toBe(201);
    const client = await stack.directory();
    const { Attribute, Change } = await import("ldapts");
    const group = (operation: "add" | "delete") =>
      client.modify(
        `planbGuid=${eva.guid},ou=people,dc=planb`,
        new Change({ operation, modification: new Attribute({ type: "planbMemberOf", values: ["g0123456789ab"] }) }),
      );
    await group("delete");
    const closed = "jsonb_set(about, '{openingHours}', '{}')";
    await stack.sql(`update planb_bookable set about = ${closed} where id = 'moede2'`);
    try {
      expect((await dav.put(eva, drone(["DESCRIPTION:Husk kage"]))).status).toBe(204);
      expect((await dav.get(eva, "stays-e")).text).toContain("Husk kage");
      const moved = book("stays-e", "1108", "0915", "1015", { invited: ["drone@kommune.example"] });
      expect(await dav.put(eva, moved)).toMatchObject({ status: 409, text: expect.stringContaining("bestemte") });
    } finally {
      await group("add");
      await client.unbind();
    }
  });

  it("takes an absurd series back however it came, with a room or without", async () => {
    const folder = `(select c_folder_id from sogo_folder_info where c_path2 = '${anna.guid}' and c_path4 = 'personal' and c_folder_type = 'Appointment')`;
    const text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nRRULE:FREQ=SEC\r\n ONDLY\r\nEND:VEVENT\r\nEND:VCALENDAR";
    // As an invitation that the web mail has SOGo take out of a letter.
    await stack.sql(
      `insert into sogo_store values (${folder}, 'absurd.ics', E'${text.replaceAll("\r\n", "\\r\\n")}', 0, 0, 0, 0)`,
    );
    expect((await dav.put(anna, book("after-absurd", "1109", "0900", "1000"))).status).toBe(201);
    expect(await stack.sql("select count(*) from sogo_store where c_name = 'absurd.ics'")).toBe("0");
  });

  it("looks at no series that ended long ago, and at moved meetings wherever they are", async () => {
    const weekly = { lines: ["RRULE:FREQ=WEEKLY;COUNT=40"], invited: ["adhoc@kommune.example"] };
    const old = { ...book("old", "0101", "0900", "1000", weekly), from: "20200106T090000Z", to: "20200106T100000Z" };
    expect((await dav.put(anna, old)).status).toBe(201);
    const folder = "(select c_folder_id from sogo_folder_info where c_path2 = 'ad-hoc')";
    const copies = (table: string) =>
      `insert into ${table} select (jsonb_populate_record(t, jsonb_build_object('c_name', 'old' || n))).* from ${table} t, generate_series(1, 2000) n where t.c_folder_id = ${folder} and c_name like '%old%'`;
    await stack.sql(
      `set planb.undo = 'on'; ${copies("sogo_store")}; ${copies("sogo_quick_appointment")}; analyze sogo_store; analyze sogo_quick_appointment`,
    );
    const took = async (uid: string, day: string) => {
      const before = performance.now();
      expect((await dav.put(anna, book(uid, day, "0900", "1000", { invited: weekly.invited }))).status).toBe(201);
      return Math.round(performance.now() - before);
    };
    // The first lays all of them out, and writes down until when they last.
    const [first, second] = [await took("spans-1", "1110"), await took("spans-2", "1111")];
    expect(await stack.sql(`select count(*) from planb_span where folder = ${folder}`)).toBe("2003");
    expect(second).toBeLessThan(first / 4);
    for (const table of ["sogo_store", "sogo_quick_appointment"]) {
      await stack.sql(
        `set planb.undo = 'on'; delete from ${table} where c_folder_id = ${folder} and c_name ~ '^old[0-9]'`,
      );
    }
    // Who moves a meeting out of an old one is found there.
    const far = {
      ...old,
      uid: "old",
      from: "20271112T090000Z",
      to: "20271112T100000Z",
      lines: ["RECURRENCE-ID:20200113T090000Z"],
    };
    expect((await dav.put(anna, { ...old, more: [far] })).status).toBe(204);
    const onto = book("onto-old", "1112", "0930", "1030", { invited: weekly.invited });
    expect((await dav.put(bo, onto)).status).toBe(409);
  });

  it("frees a room whose booking is deleted", async () => {
    await dav.put(anna, book("gone", "1004", "0900", "1000"));
    expect((await dav.remove(anna, "gone")).status).toBeLessThan(300);
    expect((await dav.put(bo, book("after-gone", "1004", "0900", "1000"))).status).toBe(201);
  });
});
