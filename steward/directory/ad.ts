import { readFileSync } from "node:fs";
import {
  AndFilter,
  Client,
  type Control,
  type Entry,
  EqualityFilter,
  type Filter,
  FilterParser,
  InvalidCredentialsError,
  OrFilter,
} from "ldapts";
import {
  type AdGroup,
  type AdPerson,
  adGroup,
  adPerson,
  binaryAttributes,
  entryGuid,
  groupAttributes,
  personAttributes,
  texts,
} from "./ad-entries.ts";
import { type AdBookable, adBookable, bookableAttributes, bookableSearches } from "./bookables.ts";
import type { DirectoryConfig } from "./config.ts";
import { ExtendedDnControl, ShowDeletedControl } from "./controls.ts";
import { DirectoryError, explainController } from "./explain.ts";
import { guidBytes, guidOf } from "./guid.ts";

/** A bound connection to one domain controller. */
export interface AdSession {
  /** URL of the controller. */
  readonly url: string;
  /** Changes with the controller or with its database: update numbers of another identity mean nothing. */
  readonly identity: string;
  /** The controller's highest update number when the session began. */
  readonly usn: bigint;
  /** Whether deleted entries are shown to the bind account. */
  readonly seesDeleted: boolean;
  /** Rooms and equipment, by GUID; undefined: not asked for, or they cannot be read, see `bookablesProblem`. */
  readonly bookables: ReadonlyMap<string, AdBookable> | undefined;
  /** Why rooms and equipment cannot be read, in a line. Their accounts known from before count as such meanwhile. */
  readonly bookablesProblem: string | undefined;
  /** People in reach, rooms and equipment left out; with `since` those whose update number is higher. Entries that cannot be read are told to `skipped`. */
  people(since: bigint | undefined, skipped: (reason: string) => void): AsyncGenerator<AdPerson>;
  /** Groups in reach; likewise. */
  groups(since: bigint | undefined, skipped: (reason: string) => void): AsyncGenerator<AdGroup>;
  /** GUIDs of everything changed or deleted anywhere in the domain with a higher update number. */
  changed(since: bigint): Promise<ReadonlySet<string>>;
  /** GUIDs of all people and groups in reach. */
  ids(): Promise<ReadonlySet<string>>;
  /** The people of these GUIDs that are in reach. */
  lookUp(guids: readonly string[]): Promise<ReadonlyMap<string, AdPerson>>;
  /** Those of the GUIDs that are in reach, people or groups. */
  stillThere(guids: readonly string[]): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

const pageSize = 500;
const personKind = "(objectCategory=person)(objectClass=user)(!(isCriticalSystemObject=TRUE))";
const groupKind = "(objectCategory=group)";

/** Reads a secret or certificate; a missing one is the operator's matter. */
export function readInput(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new DirectoryError(`${what}: cannot read ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
}

/**
 * Binds at the first controller that answers.
 *
 * @param prefer URL tried first: update numbers belong to one controller
 * @param avoid URL tried last
 * @param knownBookables GUIDs of rooms and equipment known from before: no people, while they cannot be read
 * @throws DirectoryError with one line for each controller
 */
export async function openAd(
  config: DirectoryConfig,
  prefer?: string,
  avoid?: string,
  knownBookables: Iterable<string> = [],
): Promise<AdSession> {
  const ca = readInput(config.caFile, "directory.caFile");
  const password = readInput(config.bindPasswordFile, "the bind account's password").trim();
  const rank = (url: string): number => (url === avoid ? 2 : url === prefer ? 0 : 1);
  const order = [...config.controllers].sort((a, b) => rank(a) - rank(b));
  const failures: string[] = [];
  for (const url of order) {
    const client = new Client({
      url,
      timeout: config.requestTimeoutMs,
      connectTimeout: config.connectTimeoutMs,
      tlsOptions: { ca: [ca], minVersion: "TLSv1.2" },
      strictDN: false,
    });
    try {
      await client.bind(config.bindDn, password);
      return await session(config, url, client, new Set(knownBookables));
    } catch (error) {
      await client.unbind().catch(() => undefined);
      failures.push(explainController(url, config.bindDn, config.caFile, error));
      // Another controller would say the same and count it as one more wrong password.
      if (error instanceof InvalidCredentialsError) throw new DirectoryError(failures.join("; "), true);
    }
  }
  throw new DirectoryError(failures.join("; "));
}

async function session(
  config: DirectoryConfig,
  url: string,
  client: Client,
  knownBookables: ReadonlySet<string>,
): Promise<AdSession> {
  const root = await readOne(client, "", ["dsServiceName", "highestCommittedUSN", "defaultNamingContext"]);
  const context = texts(root, "defaultNamingContext")[0];
  const service = texts(root, "dsServiceName")[0] ?? url;
  const usn = texts(root, "highestCommittedUSN")[0];
  if (context === undefined || usn === undefined)
    throw new DirectoryError(`${url}: is no domain controller of an Active Directory (no highestCommittedUSN)`);
  const invocation = await readOne(client, service, ["invocationId"], ["invocationId"]).catch(() => undefined);
  const invocationId = invocation?.["invocationId"];
  const identity = `${service}/${Buffer.isBuffer(invocationId) ? guidOf(invocationId) : "unknown"}`;
  const seesDeleted = await client
    .search(
      `CN=Deleted Objects,${context}`,
      { scope: "base", attributes: ["objectGUID"], explicitBufferAttributes: binaryAttributes },
      new ShowDeletedControl(),
    )
    // Samba gives the container's bare name to everybody; who may see deleted entries may read its attributes too.
    .then((found) => found.searchEntries.some((entry) => Buffer.isBuffer(entry["objectGUID"])))
    .catch(() => false);

  const groupBases =
    config.groups.length > 0
      ? config.groups
      : config.people.map(({ baseDn }) => ({ baseDn, filter: "(objectClass=*)" }));
  const pages = (baseDn: string, filter: Filter | string, attributes: string[]): AsyncGenerator<Entry> =>
    paged(client, baseDn, filter, attributes);
  const sinceFilter = (since: bigint | undefined): string => (since === undefined ? "" : `(uSNChanged>=${since + 1n})`);

  const asked = config.bookables === undefined ? {} : await readBookables(config, client);
  const isBookable = (guid: string): boolean =>
    asked.found?.has(guid) ?? (asked.problem !== undefined && knownBookables.has(guid));

  async function* people(
    since: bigint | undefined,
    skipped: (reason: string) => void,
    extra?: Filter,
  ): AsyncGenerator<AdPerson> {
    for (const { baseDn, filter } of config.people) {
      const whole = both(`(&${personKind}${sinceFilter(since)}${filter})`, extra);
      for await (const entry of pages(baseDn, whole, personAttributes)) {
        const person = attempt(() => adPerson(entry), skipped);
        if (person && !isBookable(person.guid)) yield person;
      }
    }
  }
  /**
   * Members are wanted by GUID, for which a controller makes extended DNs; Samba does that for all it looks at, so a
   * delta first asks which groups changed, and then for each of those.
   */
  async function* groupEntries(baseDn: string, filter: string, since: bigint | undefined): AsyncGenerator<Entry> {
    const whole = `(&${groupKind}${sinceFilter(since)}${filter})`;
    if (since === undefined) return yield* paged(client, baseDn, whole, groupAttributes, [new ExtendedDnControl()]);
    for await (const changed of pages(baseDn, whole, ["objectGUID"])) {
      const options = {
        scope: "base",
        attributes: groupAttributes,
        explicitBufferAttributes: binaryAttributes,
      } as const;
      yield* (await client.search(`<GUID=${entryGuid(changed)}>`, options, new ExtendedDnControl())).searchEntries;
    }
  }
  async function* groups(since: bigint | undefined, skipped: (reason: string) => void): AsyncGenerator<AdGroup> {
    for (const { baseDn, filter } of groupBases) {
      for await (const entry of groupEntries(baseDn, filter, since)) {
        const members = await allMembers(client, entry);
        const group = attempt(() => adGroup(entry, members), skipped);
        if (group) yield group;
      }
    }
  }
  const inReach = async (extra: Filter | undefined): Promise<Set<string>> => {
    const found = new Set<string>();
    const kinds = [
      { kind: personKind, bases: config.people },
      { kind: groupKind, bases: groupBases },
    ];
    for (const { kind, bases } of kinds) {
      for (const { baseDn, filter } of bases) {
        const whole = both(`(&${kind}${filter})`, extra);
        for await (const entry of pages(baseDn, whole, ["objectGUID"])) {
          const guid = entryGuid(entry);
          if (!isBookable(guid)) found.add(guid);
        }
      }
    }
    return found;
  };

  return {
    url,
    identity,
    usn: BigInt(usn),
    seesDeleted,
    bookables: asked.found,
    bookablesProblem: asked.problem,
    people,
    groups,
    async changed(since) {
      const found = new Set<string>();
      const filter = `(&${sinceFilter(since)}(|(objectClass=user)(objectClass=group)))`;
      const controls = seesDeleted ? [new ShowDeletedControl()] : [];
      for await (const entry of paged(client, context, filter, ["objectGUID"], controls)) found.add(entryGuid(entry));
      return found;
    },
    ids: () => inReach(undefined),
    async lookUp(guids) {
      const found = new Map<string, AdPerson>();
      for (const some of portions(guids)) {
        for await (const person of people(undefined, () => undefined, anyOf(some))) found.set(person.guid, person);
      }
      return found;
    },
    async stillThere(guids) {
      const found = new Set<string>();
      for (const some of portions(guids)) for (const guid of await inReach(anyOf(some))) found.add(guid);
      return found;
    },
    close: () => client.unbind().catch(() => undefined),
  };
}

/**
 * All rooms and equipment. Never throws: a unit that was renamed there must not stop what is read of people, whose
 * accounts may have been shut.
 */
async function readBookables(
  config: DirectoryConfig,
  client: Client,
): Promise<{ readonly found?: ReadonlyMap<string, AdBookable>; readonly problem?: string }> {
  const found = new Map<string, AdBookable>();
  for (const { kind, baseDn, filter } of bookableSearches(config)) {
    try {
      for await (const entry of paged(client, baseDn, `(&${personKind}${filter})`, bookableAttributes)) {
        const one = adBookable(entry, kind);
        if (!found.has(one.guid)) found.set(one.guid, one);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message.trim().split("\n")[0] : String(error);
      return { problem: `${kind === "room" ? "rooms" : "equipment"} below "${baseDn}" cannot be read: ${why}` };
    }
  }
  return { found };
}

/** Entries of these GUIDs. A filter as text would not do: its bytes would be taken for UTF-8. */
const anyOf = (guids: readonly string[]): Filter =>
  new OrFilter({
    filters: guids.map((guid) => new EqualityFilter({ attribute: "objectGUID", value: guidBytes(guid) })),
  });

const both = (filter: string, extra: Filter | undefined): Filter => {
  const parsed = FilterParser.parseString(filter);
  return extra ? new AndFilter({ filters: [extra, parsed] }) : parsed;
};

function* portions(guids: readonly string[], size = 50): Generator<readonly string[]> {
  for (let at = 0; at < guids.length; at += size) yield guids.slice(at, at + size);
}

function attempt<T>(read: () => T, skipped: (reason: string) => void): T | undefined {
  try {
    return read();
  } catch (error) {
    skipped(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function readOne(client: Client, dn: string, attributes: string[], buffers: string[] = []): Promise<Entry> {
  const { searchEntries } = await client.search(dn, { scope: "base", attributes, explicitBufferAttributes: buffers });
  const [entry] = searchEntries;
  if (!entry) throw new DirectoryError(`cannot read "${dn}"`);
  return entry;
}

async function* paged(
  client: Client,
  baseDn: string,
  filter: Filter | string,
  attributes: string[],
  controls: Control[] = [],
): AsyncGenerator<Entry> {
  const options = {
    scope: "sub",
    filter,
    attributes,
    explicitBufferAttributes: binaryAttributes,
    paged: { pageSize },
  } as const;
  for await (const page of client.searchPaginated(baseDn, options, controls)) yield* page.searchEntries;
}

/** All members of a group: a controller gives at most some 1,500 at once, as `member;range=0-1499`. */
async function allMembers(client: Client, entry: Entry): Promise<string[]> {
  const members = texts(entry, "member");
  let part: Entry = entry;
  for (;;) {
    const range = Object.keys(part).find((key) => /^member;range=/i.test(key));
    if (range === undefined) return members;
    members.push(...texts(part, range));
    const last = /-(\d+|\*)$/.exec(range)?.[1];
    if (last === undefined || last === "*") return members;
    const attributes = [`member;range=${Number(last) + 1}-*`];
    const guid = entryGuid(entry);
    const found = await client.search(`<GUID=${guid}>`, { scope: "base", attributes }, new ExtendedDnControl());
    const [next] = found.searchEntries;
    if (!next) return members;
    part = next;
  }
}
