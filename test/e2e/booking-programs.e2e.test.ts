import { randomUUID } from "node:crypto";
import { parse } from "node-html-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { submit } from "../../components/sso/testing/pages.ts";
import type { Journey } from "../../probes/journey.ts";
import type { Clerk } from "./support/clerk.ts";
import { DavProgram } from "./support/dav.ts";
import { eventually, openRunning, type RunningStack, steward } from "./support/demo.ts";
import { appPassword, fromOutside, tidyMail } from "./support/mail.ts";
import { Staff } from "./support/staff.ts";

const [first, second] = ["historie.rolf", "historie.stine"] as const;
const outsider = "fru.fremmed@example.net";
const word = `Historie ${randomUUID().slice(0, 8)}`;
const stamp = (at: number) => new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");

describe("a phone's calendar and contacts, and logging out", () => {
  let stack: RunningStack;
  let staff: Staff;
  let phone: DavProgram;
  let other: DavProgram;
  let clerk: Clerk;
  let colleague: Clerk;
  const rolf = { guid: "" };
  const stine = { guid: "" };

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    clerk = await staff.hire(first, "Rolf", "Ringer-Ærø");
    colleague = await staff.hire(second, "Stine", "Ser-På'den");
    await steward(stack, "sync");
    phone = new DavProgram(stack, `${first}@kommune.example`, await appPassword(stack, clerk, "Telefon", "dav"));
    other = new DavProgram(stack, `${second}@kommune.example`, await appPassword(stack, colleague, "Telefon", "dav"));
    rolf.guid = await phone.guid();
    stine.guid = await other.guid();
    // A calendar is made when first asked for.
    await other.ask("PROPFIND", home(stine, "Calendar"));
  });
  afterAll(async () => {
    // Rooms stay booked when their booker leaves.
    if (rolf.guid) for (const path of await ownEvents()) await phone.ask("DELETE", path);
    await phone?.close();
    await other?.close();
    await tidyMail(stack, word);
    await staff.dismissAll();
  });

  const home = (who: { guid: string }, what: "Calendar" | "Contacts") => `/SOGo/dav/${who.guid}/${what}/personal/`;

  /** What the second one's mailbox has of letters. */
  const found = async (fields: string, ...query: readonly string[]) =>
    (await stack.engine.exec("mailbox", ["doveadm", "fetch", "-u", `${second}@kommune.example`, fields, ...query]))
      .stdout;

  /** Paths of all appointments in the first one's calendar. */
  async function ownEvents(): Promise<string[]> {
    const { text } = await phone.ask("PROPFIND", home(rolf, "Calendar"));
    return [...text.matchAll(/href>([^<]+\.ics)</g)].map(([, href]) => href ?? "");
  }

  /** Opens a letter in the second one's web mail and presses a button of its invitation as the page's script does. */
  async function pressed(journey: Journey, subject: string, action: string) {
    const letter = await eventually(async () => {
      const text = await found("mailbox uid", "header", "subject", subject);
      const folder = /^mailbox: (.+)$/m.exec(text)?.[1];
      expect(folder).toBeDefined();
      return { folder, uid: /^uid: (\d+)$/m.exec(text)?.[1] };
    }, 30);
    const mail = `${stack.origin("kalender")}/SOGo/so/${stine.guid}/Mail/0/folder${letter.folder}/${letter.uid}`;
    const shown = await journey.open(`${mail}/view`);
    const part = /sg-imip-path=\\"([^"\\]+)\\"/.exec(shown.body)?.[1];
    const form = parse(`<form method="post" action="${mail}/${part}/${action}"></form>`).querySelector("form");
    if (!form) throw new Error("no form");
    return { shown: shown.body, pressed: (await journey.submit(shown, form, {})).status };
  }

  it("takes a booking of a phone, which knows the address and an app password, and the room comes", async () => {
    const program = await phone.account("caldav");
    const calendars = await program.fetchCalendars();
    expect(calendars.map(({ displayName }) => displayName)).toEqual(["Personlig kalender"]);
    const from = Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 26 * 3_600_000;
    const put = (uid: string) =>
      program.createCalendarObject({
        calendar: calendars[0] ?? { url: "" },
        filename: `${uid}.ics`,
        iCalString: [
          ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//planb//historie//DA", "BEGIN:VEVENT", `UID:${uid}`],
          ...[`DTSTAMP:${stamp(Date.now())}`, `DTSTART:${stamp(from)}`, `DTEND:${stamp(from + 3_600_000)}`],
          ...[`SUMMARY:Telefon ${word}`, `ORGANIZER:mailto:${first}@kommune.example`],
          ...["ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:byraadssalen@kommune.example"],
          ...["END:VEVENT", "END:VCALENDAR", ""],
        ].join("\r\n"),
      });
    expect((await put(randomUUID())).status).toBe(201);
    expect((await put(randomUUID())).status).toBe(409);
    const [path] = await ownEvents();
    const { text } = await phone.ask("GET", path ?? "");
    expect(text.replaceAll("\r\n ", "")).toMatch(/ATTENDEE[^\r\n]*PARTSTAT=ACCEPTED[^\r\n]*byraadssalen@/);
    const wrong = new DavProgram(stack, first, "Velkommen-2026");
    expect((await wrong.ask("PROPFIND", home(rolf, "Calendar"))).status).toBe(401);
    await wrong.close();
  });

  it("keeps a phone's contacts, and finds colleagues in the directory", async () => {
    const program = await phone.account("carddav");
    const books = await program.fetchAddressBooks();
    const names = books.map(({ displayName }) => displayName);
    expect(names).toEqual(expect.arrayContaining(["Personlig adressebog", "Kolleger"]));
    const own = books.find(({ url }) => url.endsWith("/personal/")) ?? { url: "" };
    const card = ["BEGIN:VCARD", "VERSION:3.0", "UID:borger", "FN:Birthe Borger-Ærø", "N:Borger-Ærø;Birthe;;;"];
    const vCardString = [...card, "EMAIL:birthe@udenfor.example", "END:VCARD", ""].join("\r\n");
    const made = await program.createVCard({ addressBook: own, filename: "borger.vcf", vCardString });
    expect(made.status).toBe(201);
    const cards = await program.fetchVCards({ addressBook: own });
    expect(cards.map(({ data }) => String(data))).toEqual([expect.stringContaining("Borger-Ærø")]);

    // As an iPhone asks.
    const match = '<C:text-match collation="i;unicasemap" match-type="contains">Stine</C:text-match>';
    const filters = ["FN", "EMAIL"].map((name) => `<C:prop-filter name="${name}">${match}</C:prop-filter>`).join("");
    const answer = await phone.ask(
      "REPORT",
      home(rolf, "Contacts").replace("personal", "people"),
      `<?xml version="1.0" encoding="utf-8"?><C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:prop><D:getetag/><C:address-data/></D:prop><C:filter test="anyof">${filters}</C:filter></C:addressbook-query>`,
    );
    expect(answer).toMatchObject({ status: 207, text: expect.stringContaining(`${second}@kommune.example`) });
  });

  it("shows a colleague no more than when one is busy, until the calendar is shared", async () => {
    const [path] = (await ownEvents()).slice(-1);
    const read = async () => (await other.ask("GET", path ?? "")).text;
    expect(await read()).not.toContain(word);
    const acl = (roles: string) =>
      `<acl-query xmlns="urn:inverse:params:xml:ns:inverse-dav"><set-roles user="${stine.guid}">${roles}</set-roles></acl-query>`;
    // Nobody gives rights in another's calendar.
    const stolen = await other.ask("POST", home(rolf, "Calendar"), acl("<PublicViewer/>"));
    expect(stolen.status).toBeGreaterThanOrEqual(400);
    expect(await read()).not.toContain(word);
    expect((await phone.ask("POST", home(rolf, "Calendar"), acl("<PublicViewer/>"))).status).toBeLessThan(300);
    await eventually(async () => expect(await read()).toContain(word), 10);
    const text = (await read()).replace(word, "Ændret");
    const written = await other.ask("PUT", path ?? "", text, "text/calendar; charset=utf-8");
    expect(written.status).toBe(403);
    expect(await read()).toContain(word);
    expect((await phone.ask("POST", home(rolf, "Calendar"), acl(""))).status).toBeLessThan(300);
    await eventually(async () => expect(await read()).not.toContain(word), 10);
  });

  it("asks an outsider by mail, whose answer the web mail tells in Danish and puts into the calendar, and nobody else's", async () => {
    const uid = randomUUID();
    const path = `${home(stine, "Calendar")}${uid}.ics`;
    const times = [`DTSTART:${stamp(Date.now() + 7_200_000)}`, `DTEND:${stamp(Date.now() + 10_800_000)}`];
    const meeting = (method: readonly string[], status: string) =>
      [
        ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//planb//historie//DA", ...method, "BEGIN:VEVENT"],
        ...[`UID:${uid}`, `DTSTAMP:${stamp(Date.now())}`, ...times, `SUMMARY:Borgermøde ${word}`],
        ...[`ORGANIZER:mailto:${second}@kommune.example`, `ATTENDEE;PARTSTAT=${status};RSVP=TRUE:mailto:${outsider}`],
        ...["END:VEVENT", "END:VCALENDAR", ""],
      ].join("\r\n");
    const made = await other.ask("PUT", path, meeting([], "NEEDS-ACTION"), "text/calendar; charset=utf-8");
    expect(made.status).toBe(201);
    // The demo reaches nobody outside: the letter comes back whole.
    const invitation = await eventually(async () => {
      const text = await found("text", "body", uid);
      expect(text).not.toBe("");
      return text;
    }, 30);
    expect(invitation).toContain(outsider);
    expect(invitation).toMatch(/^Content-Type: text\/calendar;[\s\S]{0,80}method=REQUEST/im);

    /** How the calendar has it that the outsider answered. */
    const answered = async () => {
      const text = (await other.ask("GET", path)).text.replaceAll("\r\n ", "");
      return /^ATTENDEE;[^\r\n]*PARTSTAT=([A-Z-]+)/m.exec(text)?.[1];
    };
    const { journey } = await colleague.logIn();
    await journey.open(`${stack.origin("kalender")}/SOGo/`);
    /** Sends an answer, opens the letter, and presses the button, whether it is there or not. */
    async function answer(from: string, status: string) {
      const subject = `Svar ${word} ${status}`;
      await fromOutside(stack, {
        ...{ from, to: `${second}@kommune.example`, subject, text: "Se vedlagte svar" },
        icalEvent: { method: "REPLY", content: meeting(["METHOD:REPLY"], status) },
      });
      return pressed(journey, subject, "updateUserStatus");
    }

    const forged = await answer("falsk@example.org", "DECLINED");
    expect(forged.shown).toContain("afsenderen af svaret er ikke en deltager");
    expect(forged.shown).not.toContain("updateUserStatus");
    expect(forged.pressed).toBe(409);
    expect(await answered()).toBe("NEEDS-ACTION");

    const real = await answer(outsider, "ACCEPTED");
    expect(real.shown).toMatch(/Status opdatering:\\n\s*<i>accepteret<\/i>/);
    expect(real.shown).toContain("iCalendarAction('updateUserStatus')");
    expect(real.pressed).toBe(204);
    expect(await answered()).toBe("ACCEPTED");
  });

  it("takes an outsider's invitation from the web mail, its change and its end, answers by mail, and takes nothing absurd", async () => {
    const uid = randomUUID();
    const { journey } = await colleague.logIn();
    await journey.open(`${stack.origin("kalender")}/SOGo/`);
    const begin = Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 50 * 3_600_000;
    const later = begin + 7_200_000;
    /** Sends what the outsider's program sends, and presses a button in the letter. */
    async function receive(
      title: string,
      method: string,
      from: number,
      sequence: number,
      action: string,
      ...lines: string[]
    ) {
      const subject = `${title} ${word}`;
      const content = [
        ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//andre//DA", `METHOD:${method}`, "BEGIN:VEVENT"],
        ...[`UID:${lines.length === 0 ? uid : "absurd"}`, `SEQUENCE:${sequence}`, `DTSTAMP:${stamp(Date.now())}`],
        ...[`DTSTART:${stamp(from)}`, `DTEND:${stamp(from + 3_600_000)}`, `SUMMARY:Byggesag ${word}`, ...lines],
        ...[
          `ORGANIZER:mailto:${outsider}`,
          `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${second}@kommune.example`,
        ],
        ...["END:VEVENT", "END:VCALENDAR", ""],
      ].join("\r\n");
      const to = `${second}@kommune.example`;
      await fromOutside(stack, { from: outsider, to, subject, text: "Se vedlagte", icalEvent: { method, content } });
      return pressed(journey, subject, action);
    }
    /** When the calendar has it, if it does. */
    const held = async () => {
      const { text } = await other.ask("GET", home(stine, "Calendar").replace(/\/$/, ".ics"));
      const event = text.split("BEGIN:VEVENT").find((part) => part.includes(`UID:${uid}`));
      return event
        ?.replaceAll("\r\n ", "")
        .match(/^DTSTART.*|^ATTENDEE.*PARTSTAT=[A-Z-]+/gm)
        ?.map((line) => line.replace(/^ATTENDEE.*PARTSTAT=/, ""))
        .sort();
    };

    const invited = await receive("Indkaldt", "REQUEST", begin, 0, "accept");
    expect(invited.shown).toContain("iCalendarAction('accept')");
    expect(invited.pressed).toBeLessThan(300);
    expect(await held()).toEqual(["ACCEPTED", `DTSTART:${stamp(begin)}`]);
    // The demo reaches nobody outside: the letter comes back whole.
    await eventually(async () => {
      const reply = (await found("text", "body", "METHOD:REPLY"))
        .replaceAll(/=\r?\n|\r?\n /g, "")
        .replaceAll("=3D", "=");
      expect(reply).toContain(uid);
      expect(reply).toContain(`ATTENDEE;PARTSTAT=ACCEPTED:mailto:${second}@`);
    }, 30);

    expect((await receive("Flyttet", "REQUEST", later, 1, "accept")).pressed).toBeLessThan(300);
    expect(await held()).toEqual(["ACCEPTED", `DTSTART:${stamp(later)}`]);

    const ended = await receive("Aflyst", "CANCEL", later, 2, "deleteFromCalendar");
    expect(ended.shown).toContain("iCalendarAction('deleteFromCalendar')");
    expect(ended.pressed).toBeLessThan(300);
    expect(await held()).toBeUndefined();

    const absurd = await receive("Sekunder", "REQUEST", begin, 0, "accept", "RRULE:FREQ=SECONDLY;COUNT=9999");
    expect(absurd.pressed).toBe(409);
    expect((await other.ask("GET", home(stine, "Calendar").replace(/\/$/, ".ics"))).text).not.toContain("SECONDLY");
  });

  it.each(["at the start page", "in the calendar"])("ends everything for who logs out %s", async (where) => {
    const places = ["start", "filer", "lister"].map((host) => `${stack.origin(host)}/`);
    const calendar = `${stack.origin("kalender")}/SOGo/`;
    const { journey } = await clerk.logIn();
    for (const place of [...places, calendar]) {
      expect((await journey.open(place)).url.origin).toBe(new URL(place).origin);
    }
    const own = (await journey.open(calendar)).url.href.replace(/\/Mail\/.*$/, "");
    await (where === "in the calendar" ? leaveCalendar(journey, own) : leaveStart(journey));
    for (const place of [calendar, ...places]) {
      expect((await journey.open(place)).url.origin, place).toBe(stack.login);
    }
  });

  async function leaveStart(journey: Journey): Promise<void> {
    const page = await journey.open(`${stack.start}/`);
    const link = page.html.querySelectorAll("header a").find(({ text }) => text.trim() === "Log ud");
    const left = await journey.open(new URL(link?.getAttribute("href") ?? "", page.url).href);
    expect(left.url.href).toBe(`${stack.start}/logget-ud`);
  }

  async function leaveCalendar(journey: Journey, own: string): Promise<void> {
    const asked = await journey.open(`${own}/logoff`);
    expect(asked.body).toContain("Vil du logge ud?");
    const left = await submit(journey, asked, { confirmLogout: "Log ud" });
    expect(left.url.href).toBe(`${stack.start}/logget-ud`);
  }
});
