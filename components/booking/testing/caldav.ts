import { Agent, request } from "undici";
import { claimHeader } from "../../../model/identity-headers.ts";
import { identityKey, type Person, ports } from "./stack.ts";

/** A meeting to be put into a calendar; times as iCalendar writes them in UTC. */
export interface Meeting {
  readonly uid: string;
  readonly from: string;
  readonly to: string;
  /** Addresses of those invited. */
  readonly invited: readonly string[];
  /** Further lines of the appointment, e.g. an RRULE. */
  readonly lines?: readonly string[];
  /** Whole further appointments, e.g. moved meetings of the series. */
  readonly more?: readonly Meeting[];
}

/** Times of a day in 2027, by month and day, e.g. "0104", and hours and minutes. */
const at = (day: string, from: string, to: string) => ({
  from: `2027${day}T${from}00Z`,
  to: `2027${day}T${to}00Z`,
});

/** Address of the room that meetings of the tests are in. */
export const room = "moede1@kommune.example";

/** A meeting in that room. */
export const book = (uid: string, day: string, from: string, to: string, more: Partial<Meeting> = {}): Meeting => ({
  ...{ uid, invited: [room], ...at(day, from, to) },
  ...more,
});

/** An answer. */
export interface DavAnswer {
  readonly status: number;
  readonly text: string;
}

const event = (person: Person, { uid, from, to, invited, lines = [], more = [] }: Meeting): string[] => [
  "BEGIN:VEVENT",
  `UID:${uid}`,
  "DTSTAMP:20261125T000000Z",
  `DTSTART:${from}`,
  `DTEND:${to}`,
  `SUMMARY:Møde ${uid}`,
  `ORGANIZER;CN=${person.uid}:mailto:${person.mail}`,
  ...invited.map((address) => `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${address}`),
  ...lines,
  "END:VEVENT",
  ...more.flatMap((one) => event(person, one)),
];

/** iCalendar text of a meeting. */
export const icalendar = (person: Person, meeting: Meeting): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//planb//test//DA", ...event(person, meeting), "END:VCALENDAR", ""].join(
    "\r\n",
  );

/** What a calendar program does for a person, from where edge stands: behind it the password is already checked. */
export class CalDav {
  readonly #agent: Agent;

  constructor(caPem: string) {
    this.#agent = new Agent({ connect: { ca: caPem } });
  }

  /** Any request; `person` undefined: nobody was told. */
  async ask(
    person: Person | undefined,
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<DavAnswer> {
    const who = person ? { [claimHeader(identityKey, "guid")]: Buffer.from(person.guid).toString("base64url") } : {};
    const answer = await request(`https://localhost:${ports.dav}${path}`, {
      dispatcher: this.#agent,
      method: method as "PUT",
      headers: { ...who, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  /** Any request to the web's port, as a browser behind edge. */
  async web(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<DavAnswer> {
    const options = { dispatcher: this.#agent, method: method as "GET", headers, body: body ?? null };
    const answer = await request(`https://localhost:${ports.web}${path}`, options);
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  /** Puts a meeting into the person's own calendar. @param name the program's. Default: none */
  put(person: Person, meeting: Meeting, name?: string): Promise<DavAnswer> {
    const type = {
      "content-type": "text/calendar; charset=utf-8",
      ...(name === undefined ? {} : { "user-agent": name }),
    };
    return this.ask(person, "PUT", this.path(person, meeting.uid), icalendar(person, meeting), type);
  }

  get(person: Person, uid: string): Promise<DavAnswer> {
    return this.ask(person, "GET", this.path(person, uid));
  }

  remove(person: Person, uid: string): Promise<DavAnswer> {
    return this.ask(person, "DELETE", this.path(person, uid));
  }

  path(person: Person, uid: string): string {
    return `/SOGo/dav/${person.guid}/Calendar/personal/${uid}.ics`;
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}
