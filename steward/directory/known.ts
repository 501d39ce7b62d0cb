import { texts } from "./ad-entries.ts";
import { eraseChanges, removeKeys } from "./apply.ts";
import type { AttributeChange } from "./diff.ts";
import { generalizedTime } from "./passwords.ts";
import { guidIn, type Shadow } from "./shadow.ts";

/** What changed about stored passwords since the last look. */
export interface KnownChanges {
  /** People who used their password here for the first time. */
  readonly learnt: readonly string[];
  /** People whose password is no longer stored. */
  readonly lost: readonly string[];
}

const replace = (type: string, values: readonly string[]): AttributeChange => ({ operation: "replace", type, values });
const ours = "(objectClass=planbPerson)(o=ad)";

/**
 * Keeps `planbPasswordKnown`, its origin and its time true. Passwords are stored by others (slapd after a login that AD
 * accepted, the login service after an activation), so only the entries that disagree are asked for.
 *
 * @param remember false: passwords learnt from AD are erased
 * @param losses whether to look also for passwords that have gone
 */
export async function refreshKnown(
  shadow: Shadow,
  remember: boolean,
  losses: boolean,
  now: Date,
): Promise<KnownChanges> {
  if (!remember) {
    const learnt = await shadow.find("ou=people", `(&${ours}(userPassword=*)(!(planbPasswordOrigin=local)))`, ["1.1"]);
    throwFirst(await shadow.each(learnt, (entry) => shadow.modify(entry.dn, eraseChanges)));
  }
  const fresh = await shadow.find("ou=people", `(&${ours}(userPassword=*)(!(planbPasswordKnown=TRUE)))`, [
    ...["planbGuid", "planbPasswordOrigin", "planbPasswordStoredAt"],
  ]);
  throwFirst(
    await shadow.each(fresh, (entry) =>
      shadow.modify(entry.dn, [
        replace("planbPasswordKnown", ["TRUE"]),
        ...(texts(entry, "planbPasswordOrigin").length > 0 ? [] : [replace("planbPasswordOrigin", ["ad"])]),
        replace("planbPasswordStoredAt", [generalizedTime(now)]),
      ]),
    ),
  );
  const goneFilter = `(&${ours}(!(userPassword=*))(!(planbPasswordKnown=FALSE)))`;
  const gone = losses ? await shadow.find("ou=people", goneFilter, ["planbGuid"]) : [];
  throwFirst(await shadow.each(gone, (entry) => shadow.modify(entry.dn, eraseChanges.slice(1))));
  return { learnt: fresh.map(guidIn), lost: gone.map(guidIn) };
}

/** GUIDs of all people whose password is stored here. */
export async function loadKnown(shadow: Shadow): Promise<Set<string>> {
  return new Set((await shadow.find("ou=people", `(&${ours}(planbPasswordKnown=TRUE))`, ["planbGuid"])).map(guidIn));
}

/** Removes activation codes that ran out, and people gone for longer than they are kept. */
export async function sweep(
  shadow: Shadow,
  keepDeletedDays: number,
  now: Date,
): Promise<{ readonly purged: string[] }> {
  const before = generalizedTime(now);
  const codes = await shadow.find("ou=people", `(&(objectClass=planbActivation)(planbExpires<=${before}))`, ["cn"]);
  throwFirst(await shadow.each(codes, (entry) => shadow.remove(entry.dn)));
  const limit = generalizedTime(new Date(now.getTime() - keepDeletedDays * 86_400_000));
  const old = await shadow.find("ou=people", `(&${ours}(planbState=deleted)(planbDeletedAt<=${limit}))`, ["planbGuid"]);
  throwFirst(
    await shadow.each(old, async (entry) => {
      await removeKeys(shadow, entry.dn);
      await shadow.remove(entry.dn);
    }),
  );
  return { purged: old.map(guidIn) };
}

/** The first error of several jobs, if any. */
export function throwFirst(failures: readonly { readonly error: unknown }[]): void {
  if (failures[0]) throw failures[0].error;
}
