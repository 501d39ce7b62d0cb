import type { StewardStatus } from "../model/status.ts";

/** The status without what names people, for pages that everybody sees. */
export function publicStatus(status: StewardStatus): StewardStatus {
  const { directory } = status;
  if (!directory) return status;
  const lastPass = directory.lastPass && { ...directory.lastPass, faults: [] };
  const held = directory.held && { ...directory.held, guids: [], examples: [] };
  return { ...status, directory: { ...directory, held, lastPass } };
}
