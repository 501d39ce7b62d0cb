import type { AdGroup, AdPerson } from "./ad-entries.ts";
import { byPerson, flatten } from "./flatten.ts";
import { groupId } from "./guid.ts";
import { fileTime, fromFileTime, isLocked, type LoginState, loginState } from "./state.ts";

/** Attributes of an entry of the copy; every list sorted, an absent attribute is an empty list or no list. */
export type Attributes = Readonly<Record<string, readonly string[]>>;

/** An entry of the copy as it should be or is. */
export interface ShadowEntry {
  readonly dn: string;
  readonly attributes: Attributes;
}

/** The existing directory as last read. */
export interface Source {
  readonly people: ReadonlyMap<string, AdPerson>;
  readonly groups: ReadonlyMap<string, AdGroup>;
}

/** The copy, by GUID. */
export interface Copy {
  readonly people: ReadonlyMap<string, ShadowEntry>;
  readonly groups: ReadonlyMap<string, ShadowEntry>;
}

/**
 * Value of `pwdEndTime` for "locked until somebody unlocks". `pwdAccountLockedTime` would go as soon as a password is
 * set, and is slapd's own count of wrong passwords, see decision 0020.
 */
export const lockedForGood = "19700101000000Z";

/** Attributes of people that the sync owns; all others (passwords, what others add) it leaves alone. */
export const managedPersonAttributes = [
  ...["uid", "cn", "sn", "givenName", "displayName", "mail", "planbMailAlias", "telephoneNumber", "title"],
  ...["departmentNumber", "employeeNumber", "planbPrincipal", "seeAlso", "o", "planbMemberOf", "planbState"],
  ...["planbPwdLastSet", "pwdEndTime"],
];

/** Attributes of groups that the sync owns. */
export const managedGroupAttributes = ["planbGuid", "displayName", "mail", "seeAlso", "member"];

/** Name of a person's entry; a GUID never changes, so neither does the name. */
export const personDn = (guid: string, base: string): string => `planbGuid=${guid},ou=people,${base}`;

/** Name of a group's entry. */
export const groupDn = (guid: string, base: string): string => `cn=${groupId(guid)},ou=groups,${base}`;

const locked = (state: LoginState): readonly string[] => (isLocked(state) ? [lockedForGood] : []);

function person(from: AdPerson, memberOf: readonly string[], base: string, now: Date): ShadowEntry {
  const state = loginState(from.facts, now);
  return {
    dn: personDn(from.guid, base),
    attributes: {
      ...from.attributes,
      uid: [from.uid],
      seeAlso: [from.dn],
      o: ["ad"],
      planbMemberOf: memberOf,
      planbState: [state],
      planbPwdLastSet: [from.facts.pwdLastSet.toString()],
      pwdEndTime: locked(state),
    },
  };
}

/**
 * A person gone from the existing directory: locked, out of every group, name and addresses free for another. The entry
 * stays for a while, so that an account restored there (same GUID) finds its second factor again.
 */
export function deletedPerson(guid: string, entry: ShadowEntry): ShadowEntry {
  const uid = entry.attributes["uid"]?.[0] ?? guid;
  const marked = entry.attributes["planbState"]?.[0] === "deleted";
  return {
    dn: entry.dn,
    attributes: {
      ...entry.attributes,
      uid: [marked ? uid : `${uid}~${guid.slice(0, 8)}`],
      mail: [],
      planbMailAlias: [],
      planbMemberOf: [],
      planbState: ["deleted"],
      pwdEndTime: [lockedForGood],
    },
  };
}

/** What a clean pass left: the reading, and the copy that is exactly what it asks for. */
export interface Settled {
  readonly source: Source;
  readonly copy: Copy;
}

/** Whether two readings have the same groups and the same people, by name if not in all they say. */
function sameMembership(a: Source, b: Source): boolean {
  if (a.people.size !== b.people.size || a.groups.size !== b.groups.size) return false;
  for (const [guid, group] of b.groups) if (a.groups.get(guid) !== group) return false;
  for (const [guid, { primaryGroup }] of b.people) if (a.people.get(guid)?.primaryGroup !== primaryGroup) return false;
  return true;
}

/**
 * The copy as it should be at a moment.
 *
 * @param base suffix of the shadow directory
 * @param primaryGroups whether the primary group counts as membership
 * @param before what the pass before left: entries whose person or group is the same are taken from it, so that a pass
 *   over 10,000 people where ten changed costs ten entries. Default: all are made anew
 */
export function desiredCopy(source: Source, base: string, primaryGroups: boolean, now: Date, before?: Settled): Copy {
  const kept = before && sameMembership(before.source, source) ? before : undefined;
  const { groups, memberOf } = kept ? membershipOf(kept.copy) : membershipIn(source, base, primaryGroups);
  const people = new Map<string, ShadowEntry>();
  for (const from of source.people.values()) {
    const known = kept?.source.people.get(from.guid) === from ? kept.copy.people.get(from.guid) : undefined;
    const same = known?.attributes["planbState"]?.[0] === loginState(from.facts, now);
    people.set(from.guid, known && same ? known : person(from, memberOf(from.guid), base, now));
  }
  return { people, groups };
}

/** The groups, and the short ids of those that a person is in. */
interface Membership {
  readonly groups: ReadonlyMap<string, ShadowEntry>;
  readonly memberOf: (guid: string) => readonly string[];
}

function membershipOf({ people, groups }: Copy): Membership {
  return { groups, memberOf: (guid) => people.get(guid)?.attributes["planbMemberOf"] ?? [] };
}

function membershipIn(source: Source, base: string, primaryGroups: boolean): Membership {
  const groups = primaryGroups ? withPrimary(source) : source.groups;
  const flat = flatten(groups, (guid) => source.people.has(guid));
  const ids = byPerson(flat);
  return {
    groups: groupEntries(source, flat, base),
    memberOf: (guid) => (ids.get(guid) ?? []).map(groupId).sort(),
  };
}

function groupEntries(
  source: Source,
  flat: ReadonlyMap<string, readonly string[]>,
  base: string,
): ReadonlyMap<string, ShadowEntry> {
  const groups = new Map<string, ShadowEntry>();
  for (const from of source.groups.values()) {
    groups.set(from.guid, {
      dn: groupDn(from.guid, base),
      attributes: {
        planbGuid: [from.guid],
        displayName: [from.name],
        mail: from.mail === undefined ? [] : [from.mail],
        seeAlso: [from.dn],
        member: (flat.get(from.guid) ?? []).map((guid) => personDn(guid, base)),
      },
    });
  }
  return groups;
}

/** The next moment at which time alone changes somebody's state: an account or a password that runs out. */
export function nextCrossing(source: Source, now: Date): Date {
  const time = fileTime(now);
  let next = fileTime(new Date(now.getTime() + 86_400_000));
  for (const { facts } of source.people.values()) {
    for (const at of [facts.accountExpires, facts.passwordExpires ?? 0n]) if (at > time && at < next) next = at;
  }
  return fromFileTime(next);
}

/** Groups with those people added whose primary group they are. */
function withPrimary(source: Source): ReadonlyMap<string, AdGroup> {
  const byRid = new Map([...source.groups.values()].map((group) => [group.rid, group]));
  const added = new Map<string, string[]>();
  for (const { guid, primaryGroup } of source.people.values()) {
    const group = byRid.get(primaryGroup);
    if (!group) continue;
    const list = added.get(group.guid);
    if (list) list.push(guid);
    else added.set(group.guid, [guid]);
  }
  return new Map(
    [...source.groups].map(([guid, group]) => {
      const more = added.get(guid);
      return [guid, more ? { ...group, members: [...group.members, ...more] } : group];
    }),
  );
}
