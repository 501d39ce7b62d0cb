import type { Entry } from "ldapts";
import { isBookableId } from "../model/bookable.ts";
import { type DirectoryAccess, suffix, values, withDirectory } from "./directory.ts";
import type { Bookable } from "./settings.ts";

/** Asks for the rooms and equipment that the steward has copied from the existing directory. */
export type AskCopied = () => Promise<readonly Bookable[]>;

/** A copied entry; what nobody declared is as free as it can be: everybody books it, one at a time, at any hour. */
function copied(entry: Entry): Bookable {
  const one = (name: string) => values(entry, name)[0];
  const [building, capacity, features] = [one("l"), Number(one("planbCapacity")), one("description")];
  return {
    id: one("cn") ?? "",
    kind: one("planbKind") === "equipment" ? "equipment" : "room",
    name: one("displayName") ?? "",
    addresses: [...values(entry, "mail"), ...values(entry, "planbMailAlias").sort()],
    ...(building === undefined ? {} : { building }),
    ...(Number.isNaN(capacity) ? {} : { capacity }),
    features: features === undefined ? [] : [features],
    concurrent: Number(one("planbConcurrent") ?? 1),
    bookers: [],
  };
}

const attributes = [
  ...["cn", "planbKind", "displayName", "mail", "planbMailAlias"],
  ...["l", "planbCapacity", "description", "planbConcurrent"],
];

/**
 * Asks the shadow directory, where a copy is known by its name `ad-<GUID>`.
 *
 * @throws when it does not answer
 */
export function askCopied(access: DirectoryAccess): AskCopied {
  return () =>
    withDirectory(access, async (client) => {
      const { searchEntries } = await client.search(`ou=resources,${suffix}`, {
        scope: "one",
        filter: "(&(objectClass=planbResource)(cn=ad-*)(mail=*)(|(planbKind=room)(planbKind=equipment)))",
        attributes,
      });
      const found = searchEntries.map(copied).filter(({ id }) => isBookableId(id));
      return found.sort((a, b) => (a.id < b.id ? -1 : 1));
    });
}
