import type { Entry, Filter } from "ldapts";
import { type Directory, guidFilter, loginFilter } from "./directory.ts";

/** A person, as the shadow directory has them now. */
export interface Person {
  readonly dn: string;
  readonly guid: string;
  /** User name (sAMAccountName). */
  readonly uid: string;
  /** Primary address, or empty. */
  readonly mail: string;
  readonly name: string;
  /** Short ids of groups. */
  readonly groups: readonly string[];
  /** Whether they may come in at all. */
  readonly open: boolean;
}

const attributes = ["uid", "mail", "displayName", "cn", "planbGuid", "planbMemberOf"].concat([
  ...["planbState", "planbPasswordOrigin"],
]);
const longestLogin = 256;

const texts = (entry: Entry, name: string): string[] =>
  [entry[name] ?? []].flat().map((value) => (typeof value === "string" ? value : value.toString("utf8")));
const text = (entry: Entry, name: string): string => texts(entry, name)[0] ?? "";

function toPerson(entry: Entry): Person {
  const state = text(entry, "planbState") || "ok";
  // What AD says of its own password's age does not count for one that was set here.
  const local = text(entry, "planbPasswordOrigin") === "local";
  return {
    dn: entry.dn,
    guid: text(entry, "planbGuid"),
    uid: text(entry, "uid"),
    mail: text(entry, "mail"),
    name: text(entry, "displayName") || text(entry, "cn"),
    groups: texts(entry, "planbMemberOf").sort(),
    open: state === "ok" || (local && (state === "mustChange" || state === "expired")),
  };
}

async function find(directory: Directory, filter: Filter): Promise<Person[]> {
  const options = { scope: "one" as const, filter, attributes, sizeLimit: 0 };
  const { searchEntries } = await directory.use((client) => client.search(directory.people, options));
  return searchEntries.map(toPerson);
}

/**
 * The person with a login: user name, primary address, alias or principal name.
 *
 * @returns undefined when nobody has it, or when several have and it is no one's user name
 */
export async function personByLogin(directory: Directory, login: string): Promise<Person | undefined> {
  const name = login.trim();
  if (name === "" || name.length > longestLogin) return undefined;
  const found = await find(directory, loginFilter(name));
  const own = found.filter(({ uid }) => uid.toLowerCase() === name.toLowerCase());
  return own[0] ?? (found.length === 1 ? found[0] : undefined);
}

/** The person with a GUID; undefined: nobody has it. */
export async function personByGuid(directory: Directory, guid: string): Promise<Person | undefined> {
  return (await find(directory, guidFilter(guid.toLowerCase())))[0];
}
