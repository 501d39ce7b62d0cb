import type { Copy, ShadowEntry } from "./desired.ts";
import { comparableDn } from "./diff.ts";
import { groupId } from "./guid.ts";
import { isTakenAway, type LoginState } from "./state.ts";

/** How many of some people could log in right now without the existing directory. */
export interface Share {
  /** People who may log in at all. */
  readonly total: number;
  /** Those of them whose password is stored here. */
  readonly known: number;
  /** Share in percent, rounded down; 100 where there is nobody. */
  readonly percent: number;
}

/** Coverage of everybody and of the groups shown one by one. */
export interface Coverage extends Share {
  readonly targetPercent: number;
  readonly reached: boolean;
  readonly groups: readonly (Share & { readonly name: string; readonly id: string; readonly reached: boolean })[];
  /** Names from the settings that no group has. */
  readonly unknownGroups: readonly string[];
}

const stateOf = (entry: ShadowEntry): LoginState => (entry.attributes["planbState"]?.[0] ?? "ok") as LoginState;

/** Finds a group by its name, its name in AD (DN) or its short id. */
export function findGroup(
  copy: Copy,
  name: string,
): { readonly guid: string; readonly entry: ShadowEntry } | undefined {
  const wanted = name.toLowerCase();
  for (const [guid, entry] of copy.groups) {
    const { displayName, seeAlso } = entry.attributes;
    if (displayName?.[0]?.toLowerCase() === wanted || groupId(guid) === wanted) return { guid, entry };
    if (seeAlso?.[0] !== undefined && comparableDn(seeAlso[0]) === comparableDn(name)) return { guid, entry };
  }
  return undefined;
}

/** Reckons the coverage. */
export function coverage(
  copy: Copy,
  known: ReadonlySet<string>,
  settings: { readonly targetPercent: number; readonly groups: readonly string[] },
): Coverage {
  const share = (guids: Iterable<string>): Share => {
    let total = 0;
    let stored = 0;
    for (const guid of guids) {
      const entry = copy.people.get(guid);
      if (!entry || isTakenAway(stateOf(entry))) continue;
      total++;
      if (known.has(guid)) stored++;
    }
    return { total, known: stored, percent: total === 0 ? 100 : Math.floor((stored * 100) / total) };
  };
  const { targetPercent } = settings;
  const groups = [];
  const unknownGroups = [];
  for (const name of settings.groups) {
    const group = findGroup(copy, name);
    if (!group) {
      unknownGroups.push(name);
      continue;
    }
    const members = (group.entry.attributes["member"] ?? []).map((dn) => /=([0-9a-f-]{36}),/.exec(dn)?.[1] ?? "");
    const part = share(members);
    const shown = group.entry.attributes["displayName"]?.[0] ?? name;
    groups.push({ ...part, name: shown, id: groupId(group.guid), reached: part.percent >= targetPercent });
  }
  const all = share(copy.people.keys());
  return { ...all, targetPercent, reached: all.percent >= targetPercent, groups, unknownGroups };
}
