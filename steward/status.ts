import type { DirectoryStatus } from "./directory/index.ts";
import type { ListsStatus } from "./lists/index.ts";
import type { RealmStatus } from "./realm-loop.ts";
import type { ResourcesStatus } from "./resources/index.ts";
import type { ServiceSeen } from "./watch.ts";

/** What the steward knows: the answer of `/status.json` and of `steward status --json`. */
export interface StewardStatus {
  /** When it was told. ISO time. */
  readonly at: string;
  readonly startedAt: string;
  readonly stack: string;
  readonly municipality: string;
  /** Undefined: no directory sync in this stack. */
  readonly directory: DirectoryStatus | undefined;
  /** Undefined: no realm in this stack. */
  readonly realm: RealmStatus | undefined;
  /** Undefined: no directory sync in this stack. */
  readonly resources: ResourcesStatus | undefined;
  /** Undefined: no mailing lists in this stack. */
  readonly lists: ListsStatus | undefined;
  readonly services: readonly ServiceSeen[];
}

/** The status without what names people, for pages that everybody sees. */
export function publicStatus(status: StewardStatus): StewardStatus {
  const { directory } = status;
  if (!directory) return status;
  const lastPass = directory.lastPass && { ...directory.lastPass, faults: [] };
  const held = directory.held && { ...directory.held, guids: [], examples: [] };
  return { ...status, directory: { ...directory, held, lastPass } };
}
