import type { AdGroup, AdPerson } from "./ad-entries.ts";
import { byPerson, flatten } from "./flatten.ts";
import { groupId } from "./guid.ts";
import { isLocked, type LoginState, loginState } from "./state.ts";

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

function person(from: AdPerson, groups: readonly string[], base: string, now: Date): ShadowEntry {
  const state = loginState(from.facts, now);
  return {
    dn: personDn(from.guid, base),
    attributes: {
      ...from.attributes,
      uid: [from.uid],
      seeAlso: [from.dn],
      o: ["ad"],
      planbMemberOf: groups.map(groupId).sort(),
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

/**
 * The copy as it should be at a moment.
 *
 * @param base suffix of the shadow directory
 * @param primaryGroups whether the primary group counts as membership
 */
export function desiredCopy(source: Source, base: string, primaryGroups: boolean, now: Date): Copy {
  const isPerson = (guid: string): boolean => source.people.has(guid);
  const direct = primaryGroups ? withPrimary(source) : source.groups;
  const flat = flatten(direct, isPerson);
  const memberOf = byPerson(flat);
  const people = new Map<string, ShadowEntry>();
  for (const from of source.people.values()) {
    people.set(from.guid, person(from, memberOf.get(from.guid) ?? [], base, now));
  }
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
  return { people, groups };
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
