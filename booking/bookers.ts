import { type Client, type Entry, EqualityFilter, OrFilter } from "ldapts";
import { type DirectoryAccess, suffix, values, withDirectory } from "./directory.ts";
import type { Bookable } from "./settings.ts";

/** Whether a person may book what only some may. */
export type MayBook = (bookable: Bookable, organizer: string) => Promise<boolean>;

async function found(client: Client, base: string, filter: OrFilter, attributes: string[]): Promise<Entry[]> {
  return (await client.search(`ou=${base},${suffix}`, { scope: "one", filter, attributes })).searchEntries;
}

/**
 * Keys of the groups meant by names. Where several bear one, nobody can tell which was meant, and none is. Pure.
 *
 * @param groups found by these names, each with its key and its name
 */
export function meant(groups: readonly { readonly key: string; readonly name: string }[]): readonly string[] {
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  return groups
    .filter(({ name }) => groups.filter((other) => same(other.name, name)).length === 1)
    .map(({ key }) => key);
}

const either = (attributes: readonly string[], wanted: readonly string[]) =>
  new OrFilter({
    filters: attributes.flatMap((attribute) => wanted.map((value) => new EqualityFilter({ attribute, value }))),
  });

/**
 * Asks the directory, each time: who is in a group is known within a pass of the steward.
 *
 * @throws when the directory does not answer; nothing is booked then
 */
export function askDirectory(access: DirectoryAccess): MayBook {
  return async ({ bookers }, organizer) => {
    if (bookers.length === 0) return true;
    return withDirectory(access, async (client) => {
      const groups = await found(client, "groups", either(["displayName"], bookers), ["cn", "displayName"]);
      const allowed = meant(
        groups.map((entry) => ({ key: values(entry, "cn")[0] ?? "", name: values(entry, "displayName")[0] ?? "" })),
      );
      const people = await found(client, "people", either(["mail", "planbMailAlias"], [organizer]), ["planbMemberOf"]);
      return people.flatMap((entry) => values(entry, "planbMemberOf")).some((group) => allowed.includes(group));
    });
  };
}
