import { texts } from "../directory/ad-entries.ts";
import type { Shadow } from "../directory/index.ts";
import { log } from "../log.ts";
import { groupIds } from "../resources/index.ts";
import type { MailboxDuty } from "./config.ts";
import { type Doveadm, openDoveadm } from "./doveadm.ts";
import { type GroupQuotas, groupQuotas } from "./quotas.ts";

export { type MailboxDuty, type MailboxDutyInput, mailboxDutySchema } from "./config.ts";
export { type Doveadm, type DoveadmAnswer, openDoveadm } from "./doveadm.ts";

/** What a reader of a shared mailbox may do: work in it, but not give others rights. */
const readerRights = ["lookup", "read", "write", "write-seen", "write-deleted", "insert", "post"].concat([
  ...["expunge", "create", "delete"],
]);

/** What the steward does for the mailboxes. */
export interface MailboxKeeper {
  /** Ends all connections of these people; those who have none are none the worse. */
  kick(guids: readonly string[]): Promise<void>;
  /** Brings rights of shared mailboxes and people's quotas in line with the directory. */
  keep(shadow: Shadow): Promise<void>;
  /** Whether they answered at the last try; undefined: not tried yet. */
  up(): boolean | undefined;
}

/** Makes the keeper of the mailboxes. */
export function createMailboxKeeper(
  config: MailboxDuty,
  open: (config: MailboxDuty) => Doveadm = openDoveadm,
): MailboxKeeper {
  let up: boolean | undefined;
  let missingBefore: GroupQuotas["missing"] = [];
  let readersBefore: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  const withApi = async <T>(job: (api: Doveadm) => Promise<T>): Promise<T> => {
    const api = open(config);
    try {
      // Asked even where there is nothing to do, so that it is known whether they answer.
      await api.run([["who", {}]]).then(
        () => (up = true),
        (error: unknown) => {
          up = false;
          throw error;
        },
      );
      return await job(api);
    } finally {
      await api.close();
    }
  };
  const kick = (guids: readonly string[]): Promise<void> =>
    withApi(async (api) => {
      const answers = await api.run(guids.map((guid) => ["kick", { mask: [guid] }] as const));
      const failed = answers.filter((answer) => "error" in answer && answer.error === "failed").length;
      if (failed > 0) throw new Error(`the mailboxes did not end the connections of ${failed} people`);
    });
  return {
    kick,
    up: () => up,
    async keep(shadow) {
      missingBefore = await keepQuotas(shadow, config, missingBefore);
      const shared = await sharedMailboxes(shadow);
      const readers = await readersOf(shadow, shared);
      await withApi((api) => keepRights(api, shared));
      // Groups are read at login: who lost one would go on reading until the connection ends.
      const left = [...(readersBefore ?? [])].flatMap(([id, before]) =>
        [...before].filter((guid) => !readers.get(id)?.has(guid)),
      );
      if (left.length > 0) await kick([...new Set(left)]);
      readersBefore = readers;
    },
  };
}

interface Shared {
  readonly id: string;
  readonly readerGroups: readonly string[];
}

async function sharedMailboxes(shadow: Shadow): Promise<readonly Shared[]> {
  const found = await shadow.find("ou=resources", "(planbKind=sharedMailbox)", ["cn", "planbReaderGroup"]);
  return found.map((entry) => ({
    id: texts(entry, "cn")[0] ?? "",
    readerGroups: texts(entry, "planbReaderGroup").sort(),
  }));
}

async function readersOf(shadow: Shadow, shared: readonly Shared[]): Promise<Map<string, ReadonlySet<string>>> {
  const readers = new Map<string, ReadonlySet<string>>();
  for (const { id, readerGroups } of shared) {
    readers.set(id, new Set((await membersOf(shadow, readerGroups)).map(({ guid }) => guid)));
  }
  return readers;
}

interface Member {
  readonly dn: string;
  readonly guid: string;
  readonly groups: readonly string[];
  readonly quotaMiB: string | undefined;
}

/** People in any of the groups, and those who have a quota of their own where `orQuota` says so. */
async function membersOf(shadow: Shadow, groups: readonly string[], orQuota = false): Promise<readonly Member[]> {
  if (groups.length === 0 && !orQuota) return [];
  const any = groups.map((id) => `(planbMemberOf=${id})`).join("");
  const filter = `(&(objectClass=planbPerson)(|${any}${orQuota ? "(planbMailQuotaMiB=*)" : ""}))`;
  const found = await shadow.find("ou=people", filter, ["planbGuid", "planbMemberOf", "planbMailQuotaMiB"]);
  return found.map((entry) => ({
    dn: entry.dn,
    guid: texts(entry, "planbGuid")[0] ?? "",
    groups: texts(entry, "planbMemberOf"),
    quotaMiB: texts(entry, "planbMailQuotaMiB")[0],
  }));
}

/**
 * Writes people's quotas where a group gives another than the default; takes them away where none does.
 *
 * @param before groups that were not to be had the last time: they are not told again
 * @returns groups that are not to be had now
 */
async function keepQuotas(
  shadow: Shadow,
  { quotas }: MailboxDuty,
  before: GroupQuotas["missing"],
): Promise<GroupQuotas["missing"]> {
  const { byId, missing } = groupQuotas(quotas, quotas.length > 0 ? await groupIds(shadow) : new Map());
  for (const { group, why } of missing) {
    if (before.some((one) => one.group === group)) continue;
    log(`mailbox: quota: the group "${group}" is ${why === "unknown" ? "not here" : "here more than once"}`);
  }
  for (const member of await membersOf(shadow, [...byId.keys()], true)) {
    const room = Math.max(0, ...member.groups.map((id) => byId.get(id) ?? 0));
    const should = room > 0 ? String(room) : undefined;
    if (should === member.quotaMiB) continue;
    const values = should === undefined ? [] : [should];
    await shadow.modify(member.dn, [{ operation: "replace", type: "planbMailQuotaMiB", values }]);
  }
  return missing;
}

/** Folders of a shared mailbox that its readers have from the start; the others are made below the first, and take its rights. */
const sharedFolders = ["INBOX", "Junk"];

/** Gives the reader groups their rights, and takes those of all others. */
async function keepRights(api: Doveadm, shared: readonly Shared[]): Promise<void> {
  for (const { id, readerGroups } of shared) {
    for (const mailbox of sharedFolders) await keepFolder(api, { user: id, mailbox }, readerGroups);
  }
}

async function keepFolder(
  api: Doveadm,
  where: { readonly user: string; readonly mailbox: string },
  readerGroups: readonly string[],
): Promise<void> {
  const [now] = await api.run([["aclGet", where]]);
  if (!now || "error" in now) throw new Error(`the rights of the shared mailbox ${where.user} could not be read`);
  const has = new Map(now.rows.map((row) => [row["id"] ?? "", sorted(row["rights"])]));
  const wanted = new Set(readerGroups.map((group) => `group=${group}`));
  const commands = [
    ...[...wanted]
      .filter((who) => has.get(who) !== sorted(readerRights.join(" ")))
      .map((who) => ["aclSet", { ...where, id: who, right: readerRights }] as const),
    ...[...has.keys()]
      .filter((who) => who.startsWith("group=") && !wanted.has(who))
      .map((who) => ["aclDelete", { ...where, id: who }] as const),
  ];
  const answers = await api.run(commands);
  if (answers.some((answer) => "error" in answer))
    throw new Error(`the rights of the shared mailbox ${where.user} could not be set`);
  if (commands.length > 0) log(`mailbox: rights of ${where.user}, ${where.mailbox} changed=${commands.length}`);
}

const sorted = (rights = ""): string => rights.split(/\s+/).filter(Boolean).sort().join(" ");
