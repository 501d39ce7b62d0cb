/** A group as read: the GUIDs of its direct members, people and groups alike. */
export interface DirectMembers {
  readonly guid: string;
  readonly members: readonly string[];
}

/**
 * People of every group, groups in groups resolved. A cycle is cut: its groups have the same people. Members that are
 * neither a known person nor a known group (computers, contacts, people out of reach) are left out.
 *
 * @param isPerson tells whether a GUID is a person of the copy
 * @returns sorted GUIDs of people, by the group's GUID
 */
export function flatten(
  groups: ReadonlyMap<string, DirectMembers>,
  isPerson: (guid: string) => boolean,
): ReadonlyMap<string, readonly string[]> {
  const flat = new Map<string, readonly string[]>();
  for (const guid of groups.keys()) {
    const people = new Set<string>();
    const seen = new Set([guid]);
    const open = [guid];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const member of groups.get(next)?.members ?? []) {
        if (isPerson(member)) people.add(member);
        else if (groups.has(member) && !seen.has(member)) {
          seen.add(member);
          open.push(member);
        }
      }
    }
    flat.set(guid, [...people].sort());
  }
  return flat;
}

/** The same membership seen from the people: sorted group GUIDs, by the person's GUID. */
export function byPerson(flat: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [group, people] of flat) {
    for (const person of people) {
      const known = groups.get(person);
      if (known) known.push(group);
      else groups.set(person, [group]);
    }
  }
  for (const list of groups.values()) list.sort();
  return groups;
}
