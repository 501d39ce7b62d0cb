import { openAd } from "./ad.ts";
import { texts } from "./ad-entries.ts";
import type { DirectoryConfig } from "./config.ts";
import type { Copy } from "./desired.ts";
import { emptyMemory, prepare } from "./pass.ts";
import { fromGeneralizedTime } from "./passwords.ts";
import type { Progress } from "./progress.ts";
import type { Shadow } from "./shadow.ts";

/** What differs after a time of severance. */
export interface UnseverReport {
  readonly severedAt: string | undefined;
  /** Login names of people who set a password here meanwhile. */
  readonly passwordsSetHere: readonly string[];
  /** What the existing directory would change here now; undefined: it does not answer. */
  readonly adWouldChange:
    | { readonly added: number; readonly changed: number; readonly takenAway: readonly string[] }
    | undefined;
  readonly note: string;
}

/**
 * What differs at the end of a time of severance, told before the existing directory is followed again.
 *
 * @param copy what the shadow directory holds
 */
export async function compareAfterSeverance(
  shadow: Shadow,
  copy: Copy,
  { severedAt }: Progress,
  config: DirectoryConfig,
): Promise<UnseverReport> {
  return {
    severedAt,
    passwordsSetHere: await passwordsSetSince(shadow, severedAt),
    adWouldChange: await preview(copy, config),
    note: "Nothing was handed back. A password set here stays until the existing directory has a newer one; the next pass takes over what it says.",
  };
}

async function passwordsSetSince(shadow: Shadow, severedAt: string | undefined): Promise<string[]> {
  const since = severedAt === undefined ? undefined : new Date(severedAt);
  const local = await shadow.find("ou=people", "(&(o=ad)(planbPasswordOrigin=local))", [
    "uid",
    "planbPasswordStoredAt",
    "pwdChangedTime",
  ]);
  return local
    .filter((entry) => {
      const at = fromGeneralizedTime(texts(entry, "pwdChangedTime")[0] ?? texts(entry, "planbPasswordStoredAt")[0]);
      return since === undefined || at === undefined || at >= since;
    })
    .map((entry) => texts(entry, "uid")[0] ?? entry.dn)
    .sort();
}

async function preview(copy: Copy, config: DirectoryConfig): Promise<UnseverReport["adWouldChange"]> {
  const session = await openAd(config).catch(() => undefined);
  if (!session) return undefined;
  try {
    const { todo } = await prepare(session, emptyMemory(), copy, config, new Date());
    const added = todo.people.filter(({ kind }) => kind === "add").length;
    const takenAway = todo.takenAway.map((guid) => copy.people.get(guid)?.attributes["uid"]?.[0] ?? guid);
    return { added, changed: todo.people.length - added, takenAway };
  } finally {
    await session.close();
  }
}
