import { indexByName, oneOf, type WhyNone } from "../groups.ts";
import type { ListsDuty } from "./config.ts";

/** A person as the lists' program is told. */
export interface Person {
  readonly guid: string;
  readonly address: string;
  readonly name: string;
}

/** A person of the shadow directory, with further addresses. */
export interface Known extends Person {
  readonly aliases: readonly string[];
}

/** People at addresses; one that two of them have is nobody's. Pure. */
export function atAddresses(addresses: readonly string[], people: readonly Person[]): readonly Person[] {
  const asked = new Set(addresses);
  const found = people.filter(({ address }) => asked.has(address));
  return found.filter((one) => found.every(({ guid, address }) => guid === one.guid || address !== one.address));
}

/**
 * Further addresses of people, each with their own. What is somebody's own address, or is said of two people, is nobody's alias.
 * Pure.
 */
export function aliasesOf(people: readonly Known[]): Readonly<Record<string, string>> {
  const taken = new Set(people.map(({ address }) => address));
  const found = new Map<string, string>();
  for (const { address, aliases } of people) {
    for (const alias of new Set(aliases)) {
      if (taken.has(alias)) found.delete(alias);
      else found.set(alias, address);
      taken.add(alias);
    }
  }
  return Object.fromEntries(found);
}

/** A group of the shadow directory. */
export interface Group {
  readonly name: string;
  /** GUIDs of its people, nested ones too. */
  readonly people: readonly string[];
}

/** A group that a list names and that is not in the shadow directory, or is there twice. */
export interface MissingGroup {
  readonly list: string;
  readonly group: string;
  readonly why: WhyNone;
}

/** Who is what to one list; a role is left out where one of its groups is missing, so that nobody is taken off. */
export interface Roster {
  readonly member?: readonly Person[];
  readonly owner?: readonly Person[];
  readonly moderator?: readonly Person[];
}

/** Everybody's place, by list. */
export interface Rosters {
  readonly lists: Readonly<Record<string, Roster>>;
  readonly missing: readonly MissingGroup[];
}

/**
 * Puts people in the place of groups' names. Pure.
 *
 * @param people those who may use their account, by GUID
 */
export function rosters(
  lists: ListsDuty["lists"],
  groups: readonly Group[],
  people: ReadonlyMap<string, Person>,
): Rosters {
  const byName = indexByName(groups, ({ name }) => name);
  const missing: MissingGroup[] = [];
  const roster = (list: string, names: readonly string[]): readonly Person[] | undefined => {
    const found = new Map<string, Person>();
    let complete = true;
    for (const name of names) {
      const group = oneOf(byName, name);
      if ("why" in group) {
        missing.push({ list, group: name, why: group.why });
        complete = false;
        continue;
      }
      for (const guid of group.found.people) {
        const person = people.get(guid);
        if (person) found.set(guid, person);
      }
    }
    return complete ? [...found.values()] : undefined;
  };
  const entries = lists.map(({ name, members, owners, moderators }) => {
    const all = { member: roster(name, members), owner: roster(name, owners), moderator: roster(name, moderators) };
    return [name, Object.fromEntries(Object.entries(all).filter(([, role]) => role !== undefined))] as const;
  });
  return { lists: Object.fromEntries(entries), missing };
}
