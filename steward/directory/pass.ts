import { type AdSession, openAd } from "./ad.ts";
import { applyPlan } from "./apply.ts";
import { afterReading, type Bookables, loadBookables } from "./bookables-here.ts";
import type { DirectoryConfig } from "./config.ts";
import { type Copy, desiredCopy, nextCrossing, type Source } from "./desired.ts";
import { type Plan, plan } from "./diff.ts";
import { DirectoryError, explainController } from "./explain.ts";
import { judge } from "./guard.ts";
import { loadKnown, refreshKnown, sweep } from "./known.ts";
import { afterPass, type Progress, takenRecently, withPending, writeProgress } from "./progress.ts";
import { type Mark, mayContinue, type Reading, readDelta, readFull } from "./read-source.ts";
import type { Shadow } from "./shadow.ts";

/** What the sync holds in memory between two passes; all of it can be read again. */
export interface Memory {
  source: Source | undefined;
  mark: Mark | undefined;
  /** The copy as last written; undefined: to be read from the shadow directory. */
  copy: Copy | undefined;
  known: Set<string>;
  /** GUIDs an operator agreed to lose. */
  approved: ReadonlySet<string>;
  /** What the guard holds back. */
  held: Held | undefined;
  /** URL of a controller that failed in the middle of the last pass: tried last. */
  avoid: string | undefined;
  /** Until then time alone changes nobody's state; undefined: not known. */
  quietUntil: Date | undefined;
  /** Rooms and equipment as last read and let through by the guard; undefined: not read since the start. */
  bookables: Bookables | undefined;
  /** Names of those that the copy has, by GUID; undefined: to be read from the shadow directory. */
  bookablesHere: ReadonlyMap<string, string> | undefined;
  /** When it was last looked whether stored passwords have gone. */
  lossesAt: Date | undefined;
}

/** A pass the guard held back. */
export interface Held {
  readonly since: string;
  readonly reason: string;
  readonly guids: readonly string[];
  /** Login names and group names, the first few. */
  readonly examples: readonly string[];
}

/** What one pass did. */
export interface PassReport {
  readonly at: string;
  readonly kind: "full" | "delta" | "severed";
  readonly held: boolean;
  readonly controller: string;
  readonly seconds: number;
  readonly read: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly takenAway: number;
  readonly givenBack: number;
  readonly passwordsErased: number;
  readonly passwordsLearnt: number;
  /** Entries that could not be read, and entries that could not be written, with the reason. */
  readonly faults: readonly string[];
}

const nothing = { read: 0, added: 0, changed: 0, removed: 0, takenAway: 0, givenBack: 0, passwordsErased: 0 };

/** The empty memory of a program that has just started. */
export function emptyMemory(): Memory {
  return {
    source: undefined,
    mark: undefined,
    copy: undefined,
    known: new Set(),
    approved: new Set(),
    held: undefined,
    avoid: undefined,
    quietUntil: undefined,
    bookables: undefined,
    bookablesHere: undefined,
    lossesAt: undefined,
  };
}

/** Passwords are erased by the sync itself; that one is gone by another hand is rare, and to look costs a look at everybody. */
const lossesEveryMs = 600_000;

/** Reads the copy where it is not known, and keeps what is said of stored passwords true. */
export async function lookHere(shadow: Shadow, memory: Memory, config: DirectoryConfig, now: Date): Promise<number> {
  if (!memory.copy) {
    memory.copy = await shadow.load();
    memory.known = await loadKnown(shadow);
  }
  memory.bookablesHere ??= config.bookables ? await loadBookables(shadow) : new Map();
  const due = memory.lossesAt === undefined || now.getTime() - memory.lossesAt.getTime() >= lossesEveryMs;
  const { learnt, lost } = await refreshKnown(shadow, config.rememberPasswords, due, now);
  if (due) memory.lossesAt = now;
  for (const guid of learnt) memory.known.add(guid);
  for (const guid of lost) memory.known.delete(guid);
  return learnt.length;
}

/** A pass while the existing directory is severed: nothing is read there, nothing copied. */
export async function passSevered(shadow: Shadow, memory: Memory, config: DirectoryConfig): Promise<PassReport> {
  const begin = new Date();
  const passwordsLearnt = await lookHere(shadow, memory, config, begin);
  await sweep(shadow, config.keepDeletedDays, begin);
  return { ...nothing, ...stamp(begin), kind: "severed", held: false, controller: "", passwordsLearnt, faults: [] };
}

const stamp = (begin: Date): { at: string; seconds: number } => ({
  at: new Date().toISOString(),
  seconds: Math.round(Date.now() - begin.getTime()) / 1000,
});

const nothingToDo: Plan = { people: [], groups: [], takenAway: [], givenBack: [], removedGroups: [] };

/** Reads the existing directory as far as needed, and says what that would change here. */
export async function prepare(
  session: AdSession,
  memory: Memory,
  copy: Copy,
  config: DirectoryConfig,
  now: Date,
): Promise<{ readonly reading: Reading; readonly todo: Plan; readonly should: Copy }> {
  const { source, mark, quietUntil } = memory;
  const reading =
    source && mayContinue(mark, session, config, now)
      ? await readDelta(session, source, mark, config, lockedIn(copy), now)
      : await readFull(session, copy, now);
  if (!reading.changed && quietUntil !== undefined && now < quietUntil)
    return { reading, todo: nothingToDo, should: copy };
  // The last pass was clean only if it told how long it holds.
  const before = source && quietUntil !== undefined ? { source, copy } : undefined;
  const should = desiredCopy(reading.source, config.shadow.baseDn, config.primaryGroups, now, before);
  return { reading, todo: plan(copy, should), should };
}

const lockedIn = (copy: Copy): string[] =>
  [...copy.people].filter(([, entry]) => entry.attributes["planbState"]?.[0] === "locked").map(([guid]) => guid);

/** One pass from the existing directory to the copy. A pass that was killed is finished by the next: it starts from what is there. */
export async function passFromAd(
  shadow: Shadow,
  memory: Memory,
  progress: Progress,
  config: DirectoryConfig,
): Promise<{ readonly report: PassReport; readonly progress: Progress }> {
  const begin = new Date();
  const passwordsLearnt = await lookHere(shadow, memory, config, begin);
  const copy = memory.copy as Copy;
  const bookablesHere = memory.bookablesHere ?? new Map<string, string>();
  const session = await openAd(config, memory.mark?.url, memory.avoid, bookablesHere.keys());
  try {
    const { reading, todo, should } = await prepare(session, memory, copy, config, begin).catch((error: unknown) => {
      memory.avoid = session.url;
      throw new DirectoryError(explainController(session.url, config.bindDn, config.caFile, error));
    });
    memory.avoid = undefined;
    const base = { kind: reading.kind, controller: session.url, read: reading.read, passwordsLearnt };
    const goneBookables = session.bookables
      ? [...bookablesHere.keys()].filter((guid) => session.bookables?.has(guid) === false)
      : [];
    const bookables = { gone: goneBookables, here: bookablesHere };
    const verdict = judge(
      removals(copy, todo, progress, begin, bookables),
      config.removalGuardPercent,
      memory.approved,
    );
    if (!verdict.ok) {
      memory.held = held(copy, todo, bookables, verdict.reason, memory.held?.since ?? begin.toISOString());
      const report = { ...nothing, ...stamp(begin), ...base, held: true, faults: [verdict.reason] };
      return { report, progress };
    }
    // Whom the login service must be told about is written down first, so that a killed pass forgets nobody.
    let next = withPending(progress, todo.takenAway, todo.givenBack);
    if (todo.takenAway.length + todo.givenBack.length > 0) await writeProgress(shadow, next);
    const applied = await applyPlan(shadow, copy, todo, begin);
    for (const guid of applied.erased) memory.known.delete(guid);
    const { purged } = await sweep(shadow, config.keepDeletedDays, begin);
    memory.copy = applied.doubtful ? undefined : settled(applied.copy, should, todo, purged);
    memory.quietUntil =
      applied.doubtful || applied.refused.length > 0 ? undefined : nextCrossing(reading.source, begin);
    memory.source = applied.doubtful ? undefined : reading.source;
    memory.mark = applied.doubtful ? { ...reading.mark, fullAt: new Date(0) } : reading.mark;
    memory.held = undefined;
    takeBookables(memory, session, config);
    // A first copy takes nothing away from anybody here; what a human agreed to is looked at, and so is what came before.
    const counted = copy.people.size === 0 ? [] : todo.takenAway.filter((guid) => !memory.approved.has(guid));
    next = afterPass(next, begin, { takenAway: counted.length, agreed: memory.approved.size > 0 });
    memory.approved = new Set();
    await writeProgress(shadow, next);
    const { added, changed, removed, erased, refused } = applied;
    const faults = [...reading.skipped, ...refused];
    if (reading.found > 0) faults.push(`${reading.found} entries were missing in the answer, but are there`);
    const counts = { added, changed, removed, passwordsErased: erased.length };
    const taken = { takenAway: todo.takenAway.length, givenBack: todo.givenBack.length };
    return { report: { ...stamp(begin), ...base, ...counts, ...taken, held: false, faults }, progress: next };
  } finally {
    await session.close();
  }
}

function takeBookables(memory: Memory, session: AdSession, config: DirectoryConfig): void {
  if (!config.bookables) return;
  memory.bookables = afterReading(memory.bookables, session);
  const { found } = memory.bookables;
  if (found) memory.bookablesHere = new Map(found.map(({ guid, name }) => [guid, name]));
}

/** Rooms and equipment that are gone, and the names of all that were here. */
interface GoneBookables {
  readonly gone: readonly string[];
  readonly here: ReadonlyMap<string, string>;
}

function removals(
  copy: Copy,
  todo: Plan,
  progress: Progress,
  now: Date,
  bookables: GoneBookables,
): Parameters<typeof judge>[0] {
  const active = [...copy.people.values()].filter((entry) => {
    const state = entry.attributes["planbState"]?.[0];
    return state !== "deleted" && state !== "disabled" && state !== "accountExpired";
  });
  return {
    people: todo.takenAway,
    groups: todo.removedGroups,
    bookables: bookables.gone,
    known: { people: active.length, groups: copy.groups.size, bookables: bookables.here.size },
    recentPeople: takenRecently(progress, now),
  };
}

function held(copy: Copy, todo: Plan, bookables: GoneBookables, reason: string, since: string): Held {
  const names = [
    ...todo.takenAway.map((guid) => copy.people.get(guid)?.attributes["uid"]?.[0] ?? guid),
    ...todo.removedGroups.map((guid) => copy.groups.get(guid)?.attributes["displayName"]?.[0] ?? guid),
    ...bookables.gone.map((guid) => bookables.here.get(guid) ?? guid),
  ];
  return {
    since,
    reason,
    guids: [...todo.takenAway, ...todo.removedGroups, ...bookables.gone],
    examples: names.slice(0, 20),
  };
}

/** The copy after a pass: what needed no change is held as the reading has it, so that nothing is held twice. */
function settled(copy: Copy, should: Copy, todo: Plan, purged: readonly string[]): Copy {
  const people = new Map(copy.people);
  const groups = new Map(copy.groups);
  const touched = new Set([...todo.people, ...todo.groups].map(({ guid }) => guid));
  for (const [guid, entry] of should.people) if (!touched.has(guid)) people.set(guid, entry);
  for (const [guid, entry] of should.groups) if (!touched.has(guid)) groups.set(guid, entry);
  for (const guid of purged) people.delete(guid);
  return { people, groups };
}
