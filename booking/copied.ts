import { Client, type Entry } from "ldapts";
import { type DirectoryAccess, suffix } from "./bookers.ts";
import type { Bookable } from "./settings.ts";

/** Asks for the rooms and equipment that the steward has copied from the existing directory. */
export type AskCopied = () => Promise<readonly Bookable[]>;

const values = (entry: Entry, name: string): string[] => [entry[name] ?? []].flat().map(String);

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

/**
 * Asks the shadow directory, where a copy is known by its name `ad-<GUID>`.
 *
 * @throws when it does not answer
 */
export function askCopied({ url, bindDn, password, ca }: DirectoryAccess): AskCopied {
  return async () => {
    const client = new Client({ url, timeout: 5000, connectTimeout: 5000, tlsOptions: { ca: [ca] } });
    try {
      await client.bind(bindDn, password);
      const { searchEntries } = await client.search(`ou=resources,${suffix}`, {
        scope: "one",
        filter: "(&(objectClass=planbResource)(cn=ad-*)(mail=*)(|(planbKind=room)(planbKind=equipment)))",
        attributes: [
          "cn",
          "planbKind",
          "displayName",
          "mail",
          "planbMailAlias",
          "l",
          "planbCapacity",
          "description",
        ].concat("planbConcurrent"),
      });
      return searchEntries.map(copied).sort((a, b) => (a.id < b.id ? -1 : 1));
    } finally {
      await client.unbind().catch(() => undefined);
    }
  };
}
