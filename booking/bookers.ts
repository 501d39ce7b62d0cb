import { Client, EqualityFilter, OrFilter } from "ldapts";
import type { Bookable } from "./settings.ts";

/** Whether a person may book what only some may. */
export type MayBook = (bookable: Bookable, organizer: string) => Promise<boolean>;

/** Where and as whom the directory is asked. */
export interface DirectoryAccess {
  readonly url: string;
  readonly bindDn: string;
  readonly password: string;
  readonly ca: string;
}

/** Suffix of the shadow directory. */
export const suffix = "dc=planb";

/** Values of an attribute of the first entry found, or of all. */
async function values(client: Client, base: string, filter: OrFilter, attribute: string): Promise<string[]> {
  const { searchEntries } = await client.search(`ou=${base},${suffix}`, {
    scope: "one",
    filter,
    attributes: [attribute],
  });
  return searchEntries.flatMap((entry) => [entry[attribute] ?? []].flat().map(String));
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
export function askDirectory({ url, bindDn, password, ca }: DirectoryAccess): MayBook {
  return async ({ bookers }, organizer) => {
    if (bookers.length === 0) return true;
    const client = new Client({ url, timeout: 5000, connectTimeout: 5000, tlsOptions: { ca: [ca] } });
    try {
      await client.bind(bindDn, password);
      const allowed = await values(client, "groups", either(["displayName"], bookers), "cn");
      const groups = await values(client, "people", either(["mail", "planbMailAlias"], [organizer]), "planbMemberOf");
      return groups.some((group) => allowed.includes(group));
    } finally {
      await client.unbind().catch(() => undefined);
    }
  };
}
