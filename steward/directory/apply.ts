import { texts } from "./ad-entries.ts";
import type { Copy, ShadowEntry } from "./desired.ts";
import type { AttributeChange, EntryChange, Plan } from "./diff.ts";
import { isEntryFault } from "./explain.ts";
import { doubtsPassword, fromGeneralizedTime, generalizedTime, mustErase, type StoredPassword } from "./passwords.ts";
import type { Shadow } from "./shadow.ts";
import type { LoginState } from "./state.ts";

/** What was done. */
export interface Applied {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** GUIDs of people whose stored password was erased. */
  readonly erased: readonly string[];
  /** Entries the shadow directory does not accept, with the reason; tried again at the next pass. */
  readonly refused: readonly string[];
  /** Whether something else went wrong, so that what is known of the copy is doubtful. */
  readonly doubtful: boolean;
  /** The copy as it is now. */
  readonly copy: Copy;
}

/** What erases a stored password. */
export const eraseChanges: readonly AttributeChange[] = ["userPassword", "planbPasswordOrigin", "planbPasswordStoredAt"]
  .map((type): AttributeChange => ({ operation: "replace", type, values: [] }))
  .concat({ operation: "replace", type: "planbPasswordKnown", values: ["FALSE"] });

/** Writes a plan. People first: membership names them. */
export async function applyPlan(shadow: Shadow, before: Copy, plan: Plan, now: Date): Promise<Applied> {
  const people = new Map(before.people);
  const groups = new Map(before.groups);
  const counts = { added: 0, changed: 0, removed: 0 };
  const erased: string[] = [];
  const write =
    (copy: Map<string, ShadowEntry>, classes: readonly string[]) =>
    async (change: EntryChange): Promise<void> => {
      if (change.kind === "delete") {
        await shadow.remove(change.dn);
        copy.delete(change.guid);
        counts.removed++;
        return;
      }
      const { guid, entry } = change;
      const isPerson = copy === people;
      if (change.kind === "add") {
        const own = isPerson
          ? { planbGuid: [guid], planbPasswordKnown: ["FALSE"], planbCopiedAt: [generalizedTime(now)] }
          : { cn: [cnOf(entry.dn)], planbCopiedAt: [generalizedTime(now)] };
        await shadow.add(entry.dn, { objectClass: classes, ...own, ...entry.attributes });
        counts.added++;
      } else {
        const erase = isPerson && (await erasesPassword(shadow, copy.get(guid), entry));
        const marks = isPerson ? timeMarks(copy.get(guid), entry, now) : [];
        await shadow.modify(entry.dn, [...change.changes, ...marks, ...(erase ? eraseChanges : [])]);
        if (erase) erased.push(guid);
        if (stateOf(entry) === "deleted") counts.removed++;
        else counts.changed++;
        if (stateOf(entry) === "deleted") await removeKeys(shadow, entry.dn);
      }
      copy.set(guid, entry);
    };
  const failures = [
    ...(await shadow.each(plan.people, write(people, ["inetOrgPerson", "planbPerson"]))),
    ...(await shadow.each(plan.groups, write(groups, ["planbGroup"]))),
  ];
  const reason = ({ item, error }: { item: EntryChange; error: unknown }): string =>
    `${item.kind === "delete" ? item.dn : item.entry.dn}: ${error instanceof Error ? error.message.trim() : String(error)}`;
  return {
    ...counts,
    erased,
    refused: failures.map(reason),
    doubtful: failures.some(({ error }) => !isEntryFault(error)),
    copy: { people, groups },
  };
}

const cnOf = (dn: string): string => /^cn=([^,]+),/.exec(dn)?.[1] ?? "";
const stateOf = (entry: ShadowEntry): LoginState => (entry.attributes["planbState"]?.[0] ?? "ok") as LoginState;
const setAt = (entry: ShadowEntry | undefined): string | undefined => entry?.attributes["planbPwdLastSet"]?.[0];

async function erasesPassword(shadow: Shadow, before: ShadowEntry | undefined, after: ShadowEntry): Promise<boolean> {
  const state = stateOf(after);
  const was = { pwdLastSet: setAt(before), state: before && stateOf(before) };
  if (!doubtsPassword(was, { pwdLastSet: setAt(after), state })) return false;
  return mustErase(await storedPassword(shadow, after.dn), BigInt(setAt(after) ?? 0), state);
}

/** What is stored of a person's password. */
export async function storedPassword(shadow: Shadow, dn: string): Promise<StoredPassword> {
  const entry = await shadow.read(dn, ["planbPasswordOrigin", "planbPasswordStoredAt", "pwdChangedTime"]);
  const known = entry !== undefined && (await shadow.hasPassword(dn));
  const one = (name: string): string | undefined => entry && texts(entry, name)[0];
  const origin = one("planbPasswordOrigin");
  return {
    known,
    origin: origin === "ad" || origin === "local" ? origin : undefined,
    at: fromGeneralizedTime(one("pwdChangedTime") ?? one("planbPasswordStoredAt")),
  };
}

function timeMarks(before: ShadowEntry | undefined, after: ShadowEntry, now: Date): AttributeChange[] {
  const replace = (type: string, values: readonly string[]): AttributeChange => ({
    operation: "replace",
    type,
    values,
  });
  const was = before !== undefined && stateOf(before) === "deleted";
  const is = stateOf(after) === "deleted";
  const time = generalizedTime(now);
  return [replace("planbCopiedAt", [time]), ...(was === is ? [] : [replace("planbDeletedAt", is ? [time] : [])])];
}

/** Removes what stands below a person: the activation code and the app passwords, which open nothing any more. */
export async function removeKeys(shadow: Shadow, dn: string): Promise<void> {
  const keys = await shadow.find(dn.slice(0, -shadow.baseDn.length - 1), "(!(objectClass=planbPerson))", ["cn"]);
  for (const key of keys) await shadow.remove(key.dn);
}
