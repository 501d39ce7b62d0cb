import { Attribute, Change, Client, type Entry, NoSuchObjectError } from "ldapts";
import { readInput } from "./ad.ts";
import { texts } from "./ad-entries.ts";
import type { DirectoryConfig } from "./config.ts";
import { type Copy, managedGroupAttributes, managedPersonAttributes, personDn, type ShadowEntry } from "./desired.ts";
import type { AttributeChange } from "./diff.ts";
import { DirectoryError } from "./explain.ts";

/** A connection to the shadow directory with several sockets; operations may run side by side. */
export interface Shadow {
  readonly baseDn: string;
  /** Everything copied from the existing directory (people with `o: ad`, groups). */
  load(): Promise<Copy>;
  /** One entry by name; undefined: not there. */
  read(dn: string, attributes: readonly string[]): Promise<Entry | undefined>;
  /** Entries below a branch that match. */
  find(branch: string, filter: string, attributes: readonly string[]): Promise<readonly Entry[]>;
  /** Whether an entry has a stored password; the steward may ask that, never read it. */
  hasPassword(dn: string): Promise<boolean>;
  add(dn: string, attributes: Readonly<Record<string, readonly string[]>>): Promise<void>;
  modify(dn: string, changes: readonly AttributeChange[]): Promise<void>;
  remove(dn: string): Promise<void>;
  /** Runs a job for every item, several at once; a job's error does not stop the others. */
  each<T>(items: readonly T[], job: (item: T) => Promise<void>): Promise<readonly { item: T; error: unknown }[]>;
  close(): Promise<void>;
}

const sockets = 4;
const atOnce = 16;

/** Opens the shadow directory as the steward. @throws DirectoryError when it cannot be reached */
export async function openShadow({ shadow }: Pick<DirectoryConfig, "shadow">): Promise<Shadow> {
  const ca = readInput(shadow.caFile, "the stack's certificate authority");
  const password = readInput(shadow.bindPasswordFile, "the steward's password at the shadow directory").trim();
  const clients = Array.from({ length: sockets }, () => {
    const tlsOptions = { ca: [ca], minVersion: "TLSv1.2" as const };
    return new Client({ url: shadow.url, timeout: 30_000, connectTimeout: 5000, tlsOptions, strictDN: false });
  });
  const close = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.unbind().catch(() => undefined)));
  };
  try {
    await Promise.all(clients.map((client) => client.bind(shadow.bindDn, password)));
  } catch (error) {
    await close();
    const message = error instanceof Error ? error.message : String(error);
    throw new DirectoryError(`the shadow directory ${shadow.url} cannot be used: ${message.trim()}`);
  }
  let turn = 0;
  const client = (): Client => {
    turn = (turn + 1) % sockets;
    return clients[turn] as Client;
  };
  const { baseDn } = shadow;

  async function* entries(branch: string, filter: string, attributes: readonly string[]): AsyncGenerator<Entry> {
    const base = branch === "" ? baseDn : `${branch},${baseDn}`;
    const options = { scope: "sub" as const, filter, attributes: [...attributes], paged: { pageSize: 500 } };
    for await (const page of client().searchPaginated(base, options)) yield* page.searchEntries;
  }
  const find = async (branch: string, filter: string, attributes: readonly string[]): Promise<readonly Entry[]> => {
    const found: Entry[] = [];
    for await (const entry of entries(branch, filter, attributes)) found.push(entry);
    return found;
  };

  return {
    baseDn,
    find,
    async load() {
      // Page by page, for what LDAP answers takes several times the memory of what is kept of it.
      const read = async (
        branch: string,
        filter: string,
        names: readonly string[],
      ): Promise<Map<string, ShadowEntry>> => {
        const map = new Map<string, ShadowEntry>();
        for await (const entry of entries(branch, filter, ["planbGuid", ...names])) {
          map.set(guidIn(entry), shadowEntry(entry, names, baseDn));
        }
        return map;
      };
      return {
        people: await read("ou=people", "(&(objectClass=planbPerson)(o=ad))", managedPersonAttributes),
        groups: await read("ou=groups", "(objectClass=planbGroup)", managedGroupAttributes),
      };
    },
    async read(dn, attributes) {
      try {
        const { searchEntries } = await client().search(dn, { scope: "base", attributes: [...attributes] });
        return searchEntries[0];
      } catch (error) {
        if (error instanceof NoSuchObjectError) return undefined;
        throw error;
      }
    },
    async hasPassword(dn) {
      const options = { scope: "base" as const, filter: "(userPassword=*)", attributes: ["1.1"] };
      return (await client().search(dn, options)).searchEntries.length > 0;
    },
    async add(dn, attributes) {
      const filled = Object.entries(attributes).filter(([, values]) => values.length > 0);
      await client().add(
        dn,
        filled.map(([type, values]) => new Attribute({ type, values: [...values] })),
      );
    },
    async modify(dn, changes) {
      await client().modify(
        dn,
        changes.map(
          ({ operation, type, values }) =>
            new Change({ operation, modification: new Attribute({ type, values: [...values] }) }),
        ),
      );
    },
    async remove(dn) {
      await client().del(dn);
    },
    async each(items, job) {
      const failures: { item: (typeof items)[number]; error: unknown }[] = [];
      const queue = items.values();
      const worker = async (): Promise<void> => {
        for (const item of queue) {
          try {
            await job(item);
          } catch (error) {
            failures.push({ item, error });
          }
        }
      };
      await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
      return failures;
    },
    close,
  };
}

/** The GUID of an entry of the copy. */
export function guidIn(entry: Entry): string {
  return texts(entry, "planbGuid")[0] ?? "";
}

function shadowEntry(entry: Entry, names: readonly string[], baseDn: string): ShadowEntry {
  const attributes: Record<string, readonly string[]> = {};
  for (const name of names) attributes[name] = texts(entry, name).sort();
  const members = attributes["member"];
  // The server may write the name of a member in another way than we did.
  if (members)
    attributes["member"] = members.map((dn) => personDn(/=([0-9a-f-]{36}),/i.exec(dn)?.[1] ?? "", baseDn)).sort();
  return { dn: entry.dn, attributes };
}
