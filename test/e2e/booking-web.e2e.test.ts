import { randomUUID } from "node:crypto";
import { CookieJar } from "tough-cookie";
import { type Dispatcher, FormData, fetch } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agentFor } from "../../probes/index.ts";
import { openBrowser } from "./support/browser.ts";
import type { Clerk } from "./support/clerk.ts";
import { DavProgram } from "./support/dav.ts";
import { eventually, openRunning, type RunningStack, steward } from "./support/demo.ts";
import { appPassword } from "./support/mail.ts";
import { Staff } from "./support/staff.ts";

const [first, second] = ["historie.vera", "historie.vilfred"] as const;
const word = `Historie ${randomUUID().slice(0, 8)}`;
const room = { email: "byraadssalen@kommune.example", name: "Byrådssalen", uid: "byraadssalen" };

/** Somebody with the calendar open, and what their page can ask of SOGo. */
interface Seat {
  /** Of the session, as a browser got them; SOGo changes them each minute. */
  readonly cookies: CookieJar;
  readonly program: DavProgram;
  readonly guid: string;
}

describe("two clerks who write in the page at the same moment", () => {
  let stack: RunningStack;
  let staff: Staff;
  let dispatcher: Dispatcher;
  const seats: Seat[] = [];

  /** Where SOGo's cookies belong. */
  const place = () => `${stack.origin("kalender")}/SOGo/`;

  async function sitDown(clerk: Clerk, name: string): Promise<Seat> {
    await clerk.logIn();
    const browser = await openBrowser(stack.outputs.caPem);
    await browser.logIn(stack.start, clerk, name).catch(async () => {
      await eventually(() => browser.page.goto(`${stack.start}/`), 15);
      await browser.page.getByText(name).first().waitFor();
    });
    await eventually(async () => {
      await browser.page.goto(`${stack.origin("kalender")}/SOGo/`);
      expect(browser.page.url()).toMatch(/\/SOGo\/so\/[0-9a-f-]{36}/);
    }, 30);
    const program = new DavProgram(stack, clerk.username, await appPassword(stack, clerk, "Telefon", "dav"));
    const cookies = new CookieJar();
    for (const { name, value } of await browser.context.cookies(place())) {
      await cookies.setCookie(`${name}=${value}; Path=/SOGo/`, place());
    }
    await browser.close();
    const seat = { cookies, program, guid: await program.guid() };
    seats.push(seat);
    return seat;
  }

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    dispatcher = agentFor(stack.context, 60_000);
    const [vera, vilfred] = [await staff.hire(first, "Vera", "Vinder"), await staff.hire(second, "Vilfred", "Venter")];
    await steward(stack, "sync");
    await sitDown(vera, "Vera Vinder");
    await sitDown(vilfred, "Vilfred Venter");
  });
  afterAll(async () => {
    for (const { program, guid } of seats) {
      // Rooms stay booked when their booker leaves.
      const { text } = await program.ask("PROPFIND", `/SOGo/dav/${guid}/Calendar/personal/`);
      for (const [, path] of text.matchAll(/href>([^<]+\.ics)</g)) await program.ask("DELETE", path ?? "");
      await program.close();
    }
    await dispatcher?.close();
    await staff.dismissAll();
  });

  /** Asks as the page's script does. A network of the engine that comes or goes would break off what a browser asks. */
  async function ask(
    { cookies }: Seat,
    path: string,
    body?: object | FormData,
  ): Promise<{ status: number; text: string }> {
    const origin = stack.origin("kalender");
    const answer = await fetch(new URL(path, origin), {
      ...{ dispatcher, redirect: "manual" },
      ...(body === undefined ? {} : { method: "POST", body: body instanceof FormData ? body : JSON.stringify(body) }),
      headers: {
        ...{ cookie: await cookies.getCookieString(place()), origin, accept: "application/json" },
        // SOGo gives others a page that names browsers.
        "user-agent":
          "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
        ...(body instanceof FormData ? {} : { "content-type": "application/json;charset=utf-8" }),
      },
    });
    for (const line of answer.headers.getSetCookie()) await cookies.setCookie(line, place(), { ignoreError: true });
    return { status: answer.status, text: await answer.text() };
  }

  /** Days that nobody else books, the nearest of them far enough away. */
  const day = (n: number) => new Date(Date.now() + (60 + n) * 86_400_000).toISOString().slice(0, 10);
  const event = (seat: Seat, uid: string, so = "so/") => `/SOGo/${so}${seat.guid}/Calendar/personal/${uid}.ics`;
  /** What the editor sends. */
  const appointment = (on: string, from: string, to: string, more: object = {}) => ({
    ...{ summary: `Møde ${word}`, isAllDay: 0, classification: "public", type: "appointment", component: "vevent" },
    ...{ startDate: on, startTime: from, endDate: on, endTime: to, attendees: [room], alarm: {}, ...more },
  });
  const isThere = async (seat: Seat, uid: string) =>
    (await seat.program.ask("GET", `/SOGo/dav/${seat.guid}/Calendar/personal/${uid}.ics`)).status;
  const save = (seat: Seat, uid: string, what: object, so?: string) =>
    ask(seat, `${event(seat, uid, so)}/saveAsAppointment`, what);

  it.each([
    ["an appointment", 0, {}, "so/"],
    ["a series", 40, { repeat: { frequency: "daily", count: 2 } }, "so/"],
    ["by the other spelling of the same path", 80, {}, ""],
  ])("%s: exactly one has the room, ten times over", async (_, offset, more, so) => {
    for (let n = 0; n < 10; n++) {
      const ids = seats.map(() => randomUUID());
      // Two days each for a series, of which one overlaps.
      const answers = await Promise.all(
        seats.map((seat, who) =>
          save(
            seat,
            ids[who] ?? "",
            appointment(day(offset + 3 * n + ("repeat" in more ? who : 0)), "05:00", "06:00", more),
            so,
          ),
        ),
      );
      expect(answers.map(({ status }) => status).sort(), JSON.stringify(answers)).toEqual([200, 409]);
      const there = await Promise.all(seats.map((seat, who) => isThere(seat, ids[who] ?? "")));
      expect(there).toEqual(answers.map(({ status }) => (status === 200 ? 200 : 404)));
    }
  });

  it("are offered no pictures from elsewhere, and no second factor beside the login's", async () => {
    const [seat] = seats;
    if (!seat) throw new Error("nobody sits there");
    const { status, text } = await ask(seat, `/SOGo/so/${seat.guid}/Preferences`);
    expect(status).toBe(200);
    const fields = [...text.matchAll(/ng-model="app\.preferences\.defaults\.(\w+)/g)].map(([, name]) => name);
    expect(fields).toContain("SOGoLanguage");
    for (const other of ["SOGoGravatarEnabled", "SOGoTOTPEnabled"]) expect(fields).not.toContain(other);
  });

  it("lets one of two have the hour between to which both drag their own, ten times over", async () => {
    for (let n = 0; n < 10; n++) {
      const ids = seats.map(() => randomUUID());
      for (const [who, seat] of seats.entries()) {
        const [from, to] = who === 0 ? ["03:00", "04:00"] : ["05:00", "06:00"];
        const made = await save(seat, ids[who] ?? "", appointment(day(112 + n), from, to));
        expect(made, made.text).toMatchObject({ status: 200 });
      }
      const dragged = await Promise.all(
        seats.map((seat, who) =>
          ask(seat, `${event(seat, ids[who] ?? "")}/adjust`, { days: 0, start: who === 0 ? 60 : -60, duration: 0 }),
        ),
      );
      expect(dragged.map(({ status }) => (status < 300 ? 200 : status)).sort(), JSON.stringify(dragged)).toEqual([
        200, 409,
      ]);
    }
  });

  it("refuses an import that repeats every second", async () => {
    const [seat] = seats as [Seat];
    const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:sekund", "DTSTART:20270301T090000Z"];
    const ics = [
      ...lines,
      "DTEND:20270301T090001Z",
      "RRULE:FREQ=SECONDLY",
      `SUMMARY:${word}`,
      "END:VEVENT",
      "END:VCALENDAR",
    ];
    const form = new FormData();
    form.append("calendarFile", new Blob([ics.join("\r\n")], { type: "text/calendar" }), "alt.ics");
    const answer = await ask(seat, `/SOGo/so/${seat.guid}/Calendar/personal/import`, form);
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining("gentages") });
  });

  it("shows when a colleague is busy, and not with what", async () => {
    const [vera, vilfred] = seats as [Seat, Seat];
    const on = day(130);
    const secret = appointment(on, "10:00", "11:30", { attendees: [], summary: `Hemmeligt ${word}` });
    expect((await save(vera, randomUUID(), secret)).status).toBe(200);
    const date = on.replaceAll("-", "");
    const answer = await ask(vilfred, `/SOGo/so/${vera.guid}/freebusy.ifb/ajaxRead?sday=${date}&eday=${date}`);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain(word);
    const hours = (JSON.parse(answer.text) as Record<string, Record<string, Record<string, number>>>)[date];
    const quarters = Object.entries(hours ?? {}).flatMap(([hour, parts]) =>
      Object.entries(parts).flatMap(([minute, busy]) => (busy ? [`${hour}:${minute}`] : [])),
    );
    expect(quarters.sort()).toEqual(["10:0", "10:15", "10:30", "10:45", "11:0", "11:15"]);
  });

  it("has SOGo fetch nothing: no colleague's calendar comes in as one's own", async () => {
    const [vera, vilfred] = seats as [Seat, Seat];
    const twin = (await stack.engine.exec("groupware", ["cat", "/run/sogo/twin"])).stdout.trim();
    const theirs = `/SOGo/dav/${vera.guid}/Calendar/personal.ics`;
    const url = `http://${vera.guid}:x@${twin}${theirs}`;
    // What is there to be had.
    const heldBy = async (...curl: string[]) => (await stack.engine.exec("groupware", ["curl", "-s", ...curl])).stdout;
    expect(await heldBy(url)).toContain(word);
    for (const so of ["so/", ""]) {
      const asked = await ask(vilfred, `/SOGo/${so}${vilfred.guid}/Calendar/addWebCalendar`, { url, name: "Mit" });
      expect(asked.status).toBe(403);
    }
    // And as one who stands behind the web server already, and knows the address that nobody can know.
    const own = `http://127.0.0.1:20000/SOGo/so/${vilfred.guid}/Calendar`;
    const session = ["-H", `cookie: ${await vilfred.cookies.getCookieString(place())}`];
    const added = await heldBy(
      ...session,
      "-d",
      JSON.stringify({ url, name: "Mit" }),
      "-H",
      "content-type: application/json",
      `${own}/addWebCalendar`,
    );
    const { id } = JSON.parse(added) as { id: string };
    expect(await heldBy(...session, "-X", "POST", `${own}/${id}/reload`)).toContain("bad-url");
    const all = await heldBy(...session, `${own}/calendarslist`);
    expect(all).toContain("personal");
    const { text } = await vilfred.program.ask("PROPFIND", `/SOGo/dav/${vilfred.guid}/Calendar/`);
    for (const [, path] of text.matchAll(/href>(\/SOGo\/dav\/[^<]+\/Calendar\/[^<]+\/)</g)) {
      const { text: held } = await vilfred.program.ask("GET", (path ?? "").replace(/\/$/, ".ics"));
      expect(held).not.toContain(`Hemmeligt ${word}`);
    }
  });
});
