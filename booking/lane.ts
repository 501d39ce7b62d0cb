import type { IncomingHttpHeaders } from "node:http";
import { Agent, request } from "undici";
import type { MayBook } from "./bookers.ts";
import { judge } from "./judge.ts";
import { isAbsurd } from "./occurrences.ts";
import type { BookingSettings } from "./settings.ts";
import type { BookingStore } from "./store.ts";
import { absurdText, awayText, refusalText, tidyRefusal } from "./texts.ts";

/** A request that may write into calendars, as it came in. */
export interface LaneRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer. */
export interface LaneAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer;
}

/** Where requests go on to: SOGo's web, and its twin for calendar programs. */
export interface Upstreams {
  readonly web: string;
  readonly dav: string;
}

/** The lane: whatever may write into a calendar passes here, one at a time. */
export interface Lane {
  send(to: keyof Upstreams, request: LaneRequest): Promise<LaneAnswer>;
}

/** Headers that belong to one connection. */
const ownHeaders = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "host",
  "expect",
  "upgrade",
]);

const passedOn = (headers: IncomingHttpHeaders): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || ownHeaders.has(name) ? [] : [[name, value]],
    ),
  );

/** More than one meeting of a series that is not as the series has it. */
const severalApart = /^RECURRENCE-ID[\s\S]*^RECURRENCE-ID/im;

/**
 * The name of a calendar program as SOGo is told it. For what SOGo takes to be Apple's on a Mac, and that is DAVx5 too, every change
 * of an appointment takes back what all others answered; moved meetings, several in one piece, it hands on to colleagues
 * for them alone.
 *
 * @returns the header to be set; nothing where the program's own name is to stand
 */
const otherName = (to: keyof Upstreams, { method, body }: LaneRequest) =>
  to === "dav" && method === "PUT" && !severalApart.test(body.toString("utf8")) ? { "user-agent": "unnamed" } : {};

/** Answers both a browser's script and a calendar program can show. */
function refused(to: keyof Upstreams, status: number, text: string): LaneAnswer {
  if (to === "dav") {
    return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: Buffer.from(text) };
  }
  const body = Buffer.from(JSON.stringify({ status: "error", message: { reject: text } }));
  return { status, headers: { "content-type": "application/json; charset=utf-8" }, body };
}

/**
 * Makes the lane. One at a time is what makes SOGo's own look at free/busy hold when two press at once; that nothing
 * else writes meanwhile is what makes {@link judge} hold.
 */
export function makeLane(
  settings: BookingSettings,
  store: BookingStore,
  mayBook: MayBook,
  upstreams: Upstreams,
  log: (line: string) => void,
): Lane {
  // SOGo ends a request by itself before that.
  const agent = new Agent({ headersTimeout: 60_000, bodyTimeout: 60_000, keepAliveTimeout: 1000 });
  const { language } = settings;
  let prepared = false;
  let last: Promise<unknown> = Promise.resolve();

  async function forward(to: keyof Upstreams, incoming: LaneRequest): Promise<LaneAnswer> {
    const { method, path, headers, body } = incoming;
    const answer = await request(`${upstreams[to]}${path}`, {
      dispatcher: agent,
      method: method as "PUT",
      headers: { ...passedOn(headers), ...otherName(to, incoming) },
      ...(body.length > 0 ? { body } : {}),
    });
    return {
      status: answer.statusCode,
      headers: passedOn(answer.headers),
      body: Buffer.from(await answer.body.arrayBuffer()),
    };
  }

  function tidied(answer: LaneAnswer): LaneAnswer {
    if (answer.status !== 409 || answer.headers["content-encoding"] !== undefined) return answer;
    return { ...answer, body: Buffer.from(tidyRefusal(answer.body.toString("utf8"), language)) };
  }

  async function one(to: keyof Upstreams, incoming: LaneRequest): Promise<LaneAnswer> {
    // Before SOGo lays it out; what only SOGo has the text of, as an invitation in a letter, is looked at afterwards.
    if (isAbsurd(incoming.body.toString("utf8"))) {
      return refused(to, 403, absurdText(language));
    }
    try {
      if (!prepared) {
        await store.prepare();
        prepared = true;
      }
      // What an interrupted request left behind is judged before the next one.
      await judge(store, settings, mayBook);
    } catch (error) {
      log(`lane: ${error instanceof Error ? error.message : String(error)}`);
      return refused(to, 503, awayText(language));
    }
    let answer: LaneAnswer;
    try {
      answer = await forward(to, incoming);
    } catch (error) {
      log(`lane: SOGo: ${error instanceof Error ? error.message : String(error)}`);
      answer = refused(to, 503, awayText(language));
    }
    const verdict = await judge(store, settings, mayBook);
    if (!verdict) return tidied(answer);
    log(`lane: taken back, ${verdict.why}`);
    return refused(to, 409, refusalText(verdict, language));
  }

  return {
    send(to, incoming) {
      const turn = last.then(() => one(to, incoming));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
