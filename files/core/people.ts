import { Client, type Entry } from "ldapts";

/** A group's folder: short id, and its name in the directory. */
export interface GroupName {
  readonly id: string;
  readonly name: string;
}

/** What the directory says of a person. */
export interface PersonState {
  readonly guid: string;
  readonly name: string;
  /** Whether they work here: not disabled, expired or deleted. */
  readonly here: boolean;
  /** Short ids. */
  readonly groups: readonly string[];
}

/** The shadow directory, as far as files need it. */
export interface People {
  /** The declared groups that are known. Never waits. */
  groups(): readonly GroupName[];
  /** A person by GUID; undefined when there is none. @throws Error when the directory does not answer */
  person(guid: string): Promise<PersonState | undefined>;
  /** Everybody, also who has left as long as the directory has them. @throws Error when the directory does not answer */
  all(): Promise<readonly PersonState[]>;
  /** A person by login. @throws Error when the directory does not answer */
  byLogin(login: string): Promise<PersonState | undefined>;
  /**
   * Asks for the groups again.
   * @throws Error when the directory does not answer, or has not all of the declared groups: on a new stack they come
   * with the steward's first pass. Of two groups of one name neither has a folder, for nobody can tell which was meant
   */
  refresh(): Promise<void>;
}

/** How to reach the directory. */
export interface PeopleSettings {
  readonly url: string;
  readonly bindDn: string;
  readonly password: string;
  /** How long what it says of a person is believed. */
  readonly rememberSeconds: number;
  readonly caPem: string;
  /** Names of the groups that have a folder, as in AD. */
  readonly groupNames: readonly string[];
}

const gone = ["disabled", "accountExpired", "deleted"];
const first = (value: Entry[string] | undefined): string => String((Array.isArray(value) ? value[0] : value) ?? "");
const all = (value: Entry[string] | undefined): string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);

function personOf(entry: Entry): PersonState {
  return {
    guid: first(entry["planbGuid"]).toLowerCase(),
    name: first(entry["displayName"]) || first(entry["cn"]),
    here: !gone.includes(first(entry["planbState"])),
    groups: all(entry["planbMemberOf"]),
  };
}

const escaped = (value: string): string =>
  value.replaceAll(/[\\*()\0]/g, (c) => `\\${c.charCodeAt(0).toString(16).padStart(2, "0")}`);

const isName = (wanted: string, name: string): boolean => wanted.toLowerCase() === name.toLowerCase();

/**
 * Finds the groups of the stack file among those of the directory. Pure.
 *
 * @returns those that are there once; names that none bears, and names that several bear
 */
export function declaredGroups(all: readonly GroupName[], wanted: readonly string[]) {
  const found = wanted.map((name) => ({ name, groups: all.filter((group) => isName(name, group.name)) }));
  return {
    known: [...new Set(found.flatMap(({ groups }) => (groups.length === 1 ? groups : [])))],
    missing: found.filter(({ groups }) => groups.length === 0).map(({ name }) => name),
    twice: found.filter(({ groups }) => groups.length > 1).map(({ name }) => name),
  };
}

/** Asks the directory, a connection a question: it may be away at any time. */
export function directoryPeople(settings: PeopleSettings): People {
  let groups: readonly GroupName[] = [];
  const known = new Map<string, { person: PersonState | undefined; at: number }>();
  const search = async (base: string, filter: string): Promise<Entry[]> => {
    const client = new Client({
      url: settings.url,
      timeout: 5000,
      connectTimeout: 3000,
      tlsOptions: { ca: [settings.caPem], minVersion: "TLSv1.2" },
    });
    try {
      await client.bind(settings.bindDn, settings.password);
      const attributes = ["cn", "displayName", "planbGuid", "planbState", "planbMemberOf"];
      const found = await client.search(base, { scope: "one", filter, attributes, paged: { pageSize: 500 } });
      return found.searchEntries;
    } finally {
      await client.unbind().catch(() => undefined);
    }
  };
  const people = (filter: string) => search("ou=people,dc=planb", `(&(objectClass=planbPerson)${filter})`);
  return {
    groups: () => groups,
    async refresh() {
      const found = await search("ou=groups,dc=planb", "(objectClass=planbGroup)");
      const {
        known: now,
        missing,
        twice,
      } = declaredGroups(
        found.map((entry) => ({ id: first(entry["cn"]), name: first(entry["displayName"]) })),
        settings.groupNames,
      );
      groups = now;
      const problems = [
        ...(missing.length > 0 ? [`not in the directory (yet): ${missing.join(", ")}`] : []),
        ...(twice.length > 0 ? [`here twice, so that neither has a folder: ${twice.join(", ")}`] : []),
      ];
      if (problems.length > 0) throw new Error(problems.join("; "));
    },
    async person(guid) {
      const before = known.get(guid);
      if (before && Date.now() - before.at < settings.rememberSeconds * 1000) return before.person;
      const [entry] = await people(`(planbGuid=${escaped(guid)})`);
      const person = entry && personOf(entry);
      known.set(guid, { person, at: Date.now() });
      return person;
    },
    async all() {
      return (await people("")).map(personOf);
    },
    async byLogin(login) {
      const [entry] = await people(`(uid=${escaped(login)})`);
      return entry && personOf(entry);
    },
  };
}
