import type { AdSession } from "./ad.ts";
import type { AdGroup, AdPerson } from "./ad-entries.ts";
import type { Copy, Source } from "./desired.ts";
import { loginState } from "./state.ts";

/** How far a controller was read. */
export interface Mark {
  readonly url: string;
  readonly identity: string;
  /** Its highest update number then. */
  readonly usn: bigint;
  /** When everything was last read. */
  readonly fullAt: Date;
  /** When the ids were last compared. */
  readonly comparedAt: Date;
  /** The highest update number when they were: nothing can have gone while it stays. */
  readonly comparedUsn: bigint;
}

/** What one reading brought. */
export interface Reading {
  readonly kind: "full" | "delta";
  readonly source: Source;
  readonly mark: Mark;
  /** Entries read. */
  readonly read: number;
  /** Entries that could not be read, with the reason. */
  readonly skipped: readonly string[];
  /** Whether anything differs from the reading before. */
  readonly changed: boolean;
  /** Entries missing in the reading but there when asked for one by one. */
  readonly found: number;
}

/** When a delta will not do. */
export interface Rhythm {
  readonly fullEverySeconds: number;
  readonly compareEverySeconds: number;
}

const secondsSince = (then: Date, now: Date): number => (now.getTime() - then.getTime()) / 1000;

/**
 * Reads everything there is, and asks once more, one by one, for what the copy has and the reading has not: a page that
 * a controller left out must not look like a removal. More than a few hundred missing are left to the guard.
 */
export async function readFull(session: AdSession, known: Copy, now: Date): Promise<Reading> {
  const skipped: string[] = [];
  const note = (reason: string): void => void skipped.push(reason);
  const people = new Map<string, AdPerson>();
  const groups = new Map<string, AdGroup>();
  for await (const person of session.people(undefined, note)) people.set(person.guid, person);
  for await (const group of session.groups(undefined, note)) groups.set(group.guid, group);
  const read = people.size + groups.size;
  const missing = [...known.people].filter(
    ([guid, entry]) => !people.has(guid) && entry.attributes["planbState"]?.[0] !== "deleted",
  );
  const found =
    missing.length <= 300 ? await session.lookUp(missing.map(([guid]) => guid)) : new Map<string, AdPerson>();
  for (const [guid, person] of found) people.set(guid, person);
  const { url, identity, usn } = session;
  const mark = { url, identity, usn, fullAt: now, comparedAt: now, comparedUsn: usn };
  return { kind: "full", source: { people, groups }, mark, read, skipped, changed: true, found: found.size };
}

/**
 * Reads what changed since the last reading, and what only time changes (locks that run out).
 *
 * What left comes from three sides: entries changed anywhere in the domain that are no longer in reach (moved, filtered
 * out), deleted entries where the bind account may see them, and now and then the ids of everything.
 *
 * @param locked GUIDs of people that were locked: a lock runs out without a change
 */
export async function readDelta(
  session: AdSession,
  before: Source,
  mark: Mark,
  rhythm: Rhythm,
  locked: readonly string[],
  now: Date,
): Promise<Reading> {
  const skipped: string[] = [];
  const note = (reason: string): void => void skipped.push(reason);
  const people = new Map(before.people);
  const groups = new Map(before.groups);
  const seen = new Set<string>();
  let { comparedAt, comparedUsn } = mark;
  const has = (guid: string): boolean => people.has(guid) || groups.has(guid);
  const gone: string[] = [];

  if (session.usn > mark.usn) {
    for await (const person of session.people(mark.usn, note)) {
      people.set(person.guid, person);
      seen.add(person.guid);
    }
    for await (const group of session.groups(mark.usn, note)) {
      groups.set(group.guid, group);
      seen.add(group.guid);
    }
    for (const guid of await session.changed(mark.usn)) if (has(guid) && !seen.has(guid)) gone.push(guid);
  }
  // Who becomes a room by joining a group has not changed in AD's eyes.
  for (const guid of session.bookables?.keys() ?? []) if (people.has(guid)) gone.push(guid);
  const due = session.usn > comparedUsn && secondsSince(comparedAt, now) >= rhythm.compareEverySeconds;
  if (due || takesOverLogin(before, people, seen)) {
    const ids = await session.ids();
    for (const guid of [...people.keys(), ...groups.keys()]) if (!ids.has(guid)) gone.push(guid);
    comparedAt = now;
    comparedUsn = session.usn;
  }
  // A filter may hide an entry for a moment only, so each is asked for once more; many at once are left to the guard.
  const still = gone.length <= 300 ? await session.stillThere(gone) : new Set<string>();
  let changed = seen.size > 0;
  for (const guid of gone) {
    if (still.has(guid)) continue;
    people.delete(guid);
    groups.delete(guid);
    changed = true;
  }
  const again = locked.filter((guid) => people.has(guid) && !seen.has(guid));
  for (const [guid, person] of await session.lookUp(again)) {
    const was = people.get(guid);
    people.set(guid, person);
    if (!was || loginState(was.facts, now) !== loginState(person.facts, now)) changed = true;
  }
  return {
    kind: "delta",
    source: { people, groups },
    mark: { ...mark, usn: session.usn, comparedAt, comparedUsn },
    read: seen.size + again.length,
    skipped,
    changed,
    found: still.size,
  };
}

/** Whether somebody new has a login that was another's: then that one is likely gone, and must be found before both have it. */
function takesOverLogin(before: Source, people: Source["people"], seen: ReadonlySet<string>): boolean {
  const fresh = [...seen].filter((guid) => people.has(guid) && !before.people.has(guid));
  if (fresh.length === 0) return false;
  const logins = new Set([...before.people.values()].map(({ uid }) => uid.toLowerCase()));
  return fresh.some((guid) => logins.has(people.get(guid)?.uid.toLowerCase() ?? ""));
}

/** Whether a delta may follow a mark: the same controller with the same database, and a full reading not long ago. */
export function mayContinue(mark: Mark | undefined, session: AdSession, rhythm: Rhythm, now: Date): mark is Mark {
  return (
    mark !== undefined &&
    mark.identity === session.identity &&
    session.usn >= mark.usn &&
    secondsSince(mark.fullAt, now) < rhythm.fullEverySeconds
  );
}
