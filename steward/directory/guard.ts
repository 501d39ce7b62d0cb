/** What a pass is about to take away. */
export interface Removals {
  /** People of the copy that are gone or lose their login (disabled, account expired). */
  readonly people: readonly string[];
  /** Groups of the copy that are gone. */
  readonly groups: readonly string[];
  /** Rooms and equipment of the copy that are gone. */
  readonly bookables: readonly string[];
  /** People, groups, and rooms with equipment, that the copy has now. */
  readonly known: { readonly people: number; readonly groups: number; readonly bookables: number };
  /** How many people were taken away by earlier passes of the last 24 hours, so that many small passes are one large one. */
  readonly recentPeople: number;
}

/** The guard's verdict. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** How many of `known` a pass may take: the share, but always one, save with a share of 0. */
function allowed(known: number, percent: number): number {
  return percent === 0 ? 0 : Math.max(1, Math.floor((known * percent) / 100));
}

/**
 * Refuses a pass that would take away more than the share, unless all of it was approved.
 *
 * @param percent share in percent of the people, of the groups, and of rooms with equipment
 * @param approved GUIDs an operator has agreed to
 */
export function judge(removals: Removals, percent: number, approved: ReadonlySet<string>): Verdict {
  const { people, groups, bookables, known, recentPeople } = removals;
  const open = {
    people: people.filter((guid) => !approved.has(guid)).length,
    groups: groups.filter((guid) => !approved.has(guid)).length,
    bookables: bookables.filter((guid) => !approved.has(guid)).length,
  };
  const limit = {
    people: allowed(known.people + recentPeople, percent),
    groups: allowed(known.groups, percent),
    bookables: allowed(known.bookables, percent),
  };
  if (open.people > 0 && open.people + recentPeople > limit.people) {
    const earlier = recentPeople > 0 ? ` (and ${recentPeople} within the last 24 hours)` : "";
    return {
      ok: false,
      reason: `the existing directory no longer has, or has disabled, ${open.people} of ${known.people} people${earlier}; allowed without asking: ${limit.people}`,
    };
  }
  if (open.groups > limit.groups) {
    return {
      ok: false,
      reason: `the existing directory no longer has ${open.groups} of ${known.groups} groups; allowed without asking: ${limit.groups}`,
    };
  }
  if (open.bookables > limit.bookables) {
    return {
      ok: false,
      reason: `the existing directory no longer has ${open.bookables} of ${known.bookables} rooms and equipment; allowed without asking: ${limit.bookables}`,
    };
  }
  return { ok: true };
}
