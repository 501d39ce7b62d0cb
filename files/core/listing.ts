import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { mapLimited } from "./limited.ts";
import { ifMissing } from "./problem.ts";

/** A file or folder as listed. */
export interface Entry {
  readonly name: string;
  readonly folder: boolean;
  readonly bytes: number;
  readonly changed: Date;
}

const collator = new Intl.Collator("da", { numeric: true });

/** What a folder holds: folders first, by name in Danish order. @throws Error when it is not there or is none */
export async function entriesOf(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { withFileTypes: true });
  const shown = found.filter((entry) => entry.isFile() || entry.isDirectory());
  const entries = await mapLimited(shown, async ({ name }): Promise<Entry | undefined> => {
    const stats = await lstat(join(folder, name)).catch(ifMissing);
    return stats && { name, folder: stats.isDirectory(), bytes: stats.size, changed: stats.mtime };
  });
  return entries
    .filter((entry) => entry !== undefined)
    .sort((a, b) => Number(b.folder) - Number(a.folder) || collator.compare(a.name, b.name));
}
