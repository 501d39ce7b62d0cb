import { texts } from "./ad-entries.ts";
import type { Shadow } from "./shadow.ts";

/** What the sync remembers between two runs; kept in the shadow directory itself, so that it cannot disagree with it. */
export interface Progress {
  /** When an operator severed the existing directory; undefined: not severed. ISO time. */
  readonly severedAt?: string;
  /** End of the last whole pass. ISO time. */
  readonly copiedAt?: string;
  /** How many people were taken away by the passes of the last 24 hours. */
  readonly takenAway?: readonly { readonly at: string; readonly count: number }[];
  /** People whose sessions must still be ended, or whose login must still be opened, in the login service. */
  readonly pending?: { readonly lock: readonly string[]; readonly unlock: readonly string[] };
}

const dayMs = 86_400_000;
const nameOf = (shadow: Shadow): string => `cn=directory-sync,ou=state,${shadow.baseDn}`;

/** Reads what earlier runs left; nothing at the first. */
export async function readProgress(shadow: Shadow): Promise<Progress> {
  const entry = await shadow.read(nameOf(shadow), ["planbData"]);
  const data = entry && texts(entry, "planbData")[0];
  return data === undefined ? {} : (JSON.parse(data) as Progress);
}

/** Keeps it. */
export async function writeProgress(shadow: Shadow, progress: Progress): Promise<void> {
  const dn = nameOf(shadow);
  const data = JSON.stringify(progress);
  if (await shadow.read(dn, ["cn"]))
    await shadow.modify(dn, [{ operation: "replace", type: "planbData", values: [data] }]);
  else await shadow.add(dn, { objectClass: ["planbStateStore"], cn: ["directory-sync"], planbData: [data] });
}

/** How many people were taken away within the 24 hours before a moment. */
export function takenRecently(progress: Progress, now: Date): number {
  return recent(progress, now).reduce((sum, { count }) => sum + count, 0);
}

/**
 * The progress after a whole pass.
 *
 * @param pass.takenAway people it took away without having to ask
 * @param pass.agreed whether an operator agreed to it: the count of the last 24 hours begins anew
 */
export function afterPass(
  progress: Progress,
  now: Date,
  { takenAway, agreed }: { readonly takenAway: number; readonly agreed: boolean },
): Progress {
  const earlier = agreed ? [] : recent(progress, now);
  const list = takenAway > 0 ? [...earlier, { at: now.toISOString(), count: takenAway }] : earlier;
  return { ...progress, copiedAt: now.toISOString(), takenAway: list };
}

const recent = (progress: Progress, now: Date): readonly { readonly at: string; readonly count: number }[] =>
  (progress.takenAway ?? []).filter(({ at }) => now.getTime() - Date.parse(at) < dayMs);

/** Adds people to what the login service must still be told; the newer order wins. */
export function withPending(progress: Progress, lock: readonly string[], unlock: readonly string[]): Progress {
  const before = progress.pending ?? { lock: [], unlock: [] };
  const merged = {
    lock: [...new Set([...before.lock.filter((guid) => !unlock.includes(guid)), ...lock])],
    unlock: [...new Set([...before.unlock.filter((guid) => !lock.includes(guid)), ...unlock])],
  };
  return { ...progress, pending: merged };
}
