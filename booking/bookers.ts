import { type Client, EqualityFilter, OrFilter } from "ldapts";
import { type DirectoryAccess, suffix, values, withDirectory } from "./directory.ts";
import type { Bookable } from "./settings.ts";

/** Whether a person may book what only some may. */
export type MayBook = (bookable: Bookable, organizer: string) => Promise<boolean>;

/** Values of an attribute of the first entry found, or of all. */
async function found(client: Client, base: string, filter: OrFilter, attribute: string): Promise<string[]> {
  const { searchEntries } = await client.search(`ou=${base},${suffix}`, {
    scope: "one",
    filter,
    attributes: [attribute],
  });
  return searchEntries.flatMap((entry) => values(entry, attribute));
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
      const allowed = await found(client, "groups", either(["displayName"], bookers), "cn");
      const groups = await found(client, "people", either(["mail", "planbMailAlias"], [organizer]), "planbMemberOf");
      return groups.some((group) => allowed.includes(group));
    });
  };
}
