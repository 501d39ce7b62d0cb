import { randomInt, randomUUID } from "node:crypto";
import { request } from "undici";
import type { BookingProbe } from "../model/probe.ts";
import { agentFor, type ProbeContext, secretOf } from "./context.ts";
import { ProbeFailure } from "./failure.ts";
import { excerpt, readBody } from "./http.ts";

const day = 86_400_000;
const stamp = (at: number) => new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");

/** An hour some time ahead, so that two who try at the same time hardly ever meet. */
const someHour = () => Math.floor(Date.now() / day) * day + randomInt(30, 330) * day + randomInt(0, 24) * 3_600_000;

const meeting = (uid: string, { mail, room }: BookingProbe, from: number) =>
  [
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//planb//probe//DA", "BEGIN:VEVENT"],
    ...[`UID:${uid}`, `DTSTAMP:${stamp(Date.now())}`, `DTSTART:${stamp(from)}`, `DTEND:${stamp(from + 1_800_000)}`],
    ...["SUMMARY:Prøve", "CLASS:PRIVATE", `ORGANIZER:mailto:${mail}`, `ATTENDEE;RSVP=TRUE:mailto:${room}`],
    ...["END:VEVENT", "END:VCALENDAR", ""],
  ].join("\r\n");

/**
 * Books a room over CalDAV, sees a second booking of the same time refused, and takes away what it made.
 *
 * @returns what was seen
 * @throws ProbeFailure when the room is not booked, or booked twice
 */
export async function probeBooking(probe: BookingProbe, context: ProbeContext, signal: AbortSignal): Promise<string> {
  const agent = agentFor(context, probe.timeoutMs ?? 10_000);
  const password = secretOf(context, probe.passwordSecret);
  const authorization = `Basic ${Buffer.from(`${probe.username}:${password}`).toString("base64")}`;
  const ask = async (method: string, url: string, type?: string, body?: string) => {
    const headers = { authorization, depth: "0", ...(type === undefined ? {} : { "content-type": type }) };
    const answer = await request(url, {
      ...{ dispatcher: agent, signal, headers, method: method as "PUT" },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.statusCode, text: await readBody(answer.body) };
  };
  const made: string[] = [];
  try {
    const wanted = '<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>';
    const root = await ask("PROPFIND", probe.url, "text/xml; charset=utf-8", wanted);
    const principal = /current-user-principal[^>]*>\s*<(?:\w+:)?href[^>]*>([^<]+)</.exec(root.text)?.[1];
    if (root.status !== 207 || principal === undefined) {
      throw new ProbeFailure(`${probe.url}: expected to be told who one is, got ${root.status}: ${excerpt(root.text)}`);
    }
    const from = someHour();
    const book = async () => {
      const uid = `planb-probe-${randomUUID()}`;
      const url = new URL(`${principal}Calendar/personal/${uid}.ics`, probe.url).href;
      made.push(url);
      return ask("PUT", url, "text/calendar; charset=utf-8", meeting(uid, probe, from));
    };
    const first = await book();
    if (first.status !== 201) {
      throw new ProbeFailure(`${probe.room}: expected to be booked, got ${first.status}: ${excerpt(first.text)}`);
    }
    const second = await book();
    if (second.status !== 409) {
      throw new ProbeFailure(`${probe.room}: expected the second booking to be refused (409), got ${second.status}`);
    }
    return "booked once, the second booking refused";
  } finally {
    for (const url of made) await ask("DELETE", url).catch(() => undefined);
    await agent.close();
  }
}
