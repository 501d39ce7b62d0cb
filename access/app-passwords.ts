import { AlreadyExistsError, Attribute, Change, NoSuchObjectError } from "ldapts";
import { type AppPassword, type AppPasswordKind, appPasswordKinds, newAppPassword } from "../model/app-password.ts";
import type { Directory } from "./directory.ts";
import type { Person } from "./people.ts";

/** Most app passwords a person may have. */
export const mostAppPasswords = 20;
/** The last use is written at most this often. */
const usedEveryMs = 3_600_000;

/** An app password as its owner sees it listed. */
export interface ListedAppPassword {
  readonly id: string;
  /** What the owner called the device. */
  readonly name: string;
  readonly protocols: readonly AppPasswordKind[];
  /** Time in ISO 8601, or null. */
  readonly createdAt: string | null;
  /** Last use to the hour, in ISO 8601, or null. */
  readonly usedAt: string | null;
}

/** An app password's entry. */
export interface AppPasswordEntry extends ListedAppPassword {
  readonly dn: string;
}

const entryDn = (person: Person, id: string): string => `cn=app-${id},${person.dn}`;
const ldapTime = (date: Date): string => date.toISOString().replaceAll(/[-:T]|\.\d+/g, "");
const isoTime = (value: string): string | null => {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(value) ?? [];
  return y ? `${y}-${mo}-${d}T${h}:${mi}:${s}Z` : null;
};

/** All app passwords of a person, newest first. */
export async function listAppPasswords(directory: Directory, person: Person): Promise<AppPasswordEntry[]> {
  const { searchEntries } = await directory.use((client) =>
    client.search(person.dn, {
      scope: "one",
      filter: "(objectClass=planbAppPassword)",
      attributes: ["cn", "description", "planbProtocol", "planbCreatedAt", "planbUsedAt"],
    }),
  );
  return searchEntries
    .map((entry) => {
      const values = (name: string) => [entry[name] ?? []].flat().map(String);
      return {
        dn: entry.dn,
        id: (values("cn")[0] ?? "").replace(/^app-/, ""),
        name: values("description")[0] ?? "",
        protocols: appPasswordKinds.filter((kind) => values("planbProtocol").includes(kind)),
        createdAt: isoTime(values("planbCreatedAt")[0] ?? ""),
        usedAt: isoTime(values("planbUsedAt")[0] ?? ""),
      };
    })
    .sort((a, b) => (b.createdAt ?? "").localeCompare(a.createdAt ?? ""));
}

/** Makes an app password. Its text is known to the caller alone: the directory keeps an Argon2id hash. */
export async function addAppPassword(
  directory: Directory,
  person: Person,
  name: string,
  protocols: readonly AppPasswordKind[],
): Promise<AppPassword> {
  for (;;) {
    const made = newAppPassword();
    try {
      await directory.use((client) =>
        client.add(entryDn(person, made.id), {
          objectClass: "planbAppPassword",
          cn: `app-${made.id}`,
          userPassword: made.canonical,
          description: name,
          planbProtocol: [...protocols],
          planbCreatedAt: ldapTime(new Date()),
          // No lock of its own: nobody guesses it, and an old one in a phone must not shut out the new one.
          pwdPolicySubentry: directory.noLockPolicy,
        }),
      );
      return made;
    } catch (error) {
      // The id is short, so a person's second one may have it by chance.
      if (!(error instanceof AlreadyExistsError)) throw error;
    }
  }
}

/** Removes an app password. @returns false when there is none with this id */
export async function removeAppPassword(directory: Directory, person: Person, id: string): Promise<boolean> {
  try {
    await directory.use((client) => client.del(entryDn(person, id)));
    return true;
  } catch (error) {
    if (error instanceof NoSuchObjectError) return false;
    throw error;
  }
}

/** Notes that an app password was used, at most once an hour. */
export async function noteUse(directory: Directory, entry: AppPasswordEntry, now: Date): Promise<void> {
  if (entry.usedAt !== null && now.getTime() - Date.parse(entry.usedAt) < usedEveryMs) return;
  const modification = new Attribute({ type: "planbUsedAt", values: [ldapTime(now)] });
  await directory.use((client) => client.modify(entry.dn, new Change({ operation: "replace", modification })));
}
