import { readdir, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Archive } from "./archive.ts";

/**
 * Takes what Mailman's archiver left in its mail folders into the archive; a mail is removed from there once it is kept.
 *
 * @param folder of the archiver, one mail folder (Maildir) a list below it
 */
export async function takeIn(
  archive: Archive,
  folder: string,
  listOf: (address: string) => string | undefined,
  log: (line: string) => void,
): Promise<void> {
  for (const address of await readdir(folder).catch(() => [])) {
    const list = listOf(address);
    if (list === undefined) continue;
    const box = join(folder, address, "new");
    for (const name of (await readdir(box).catch(() => [])).sort()) {
      const file = join(box, name);
      const raw = await readFile(file);
      try {
        await archive.keep(list, raw);
        await unlink(file);
      } catch (error) {
        // SQLSTATE of class 22: the mail's own content cannot be stored, ever. It is put aside, not lost.
        if (!String((error as { code?: string }).code).startsWith("22")) throw error;
        log(`archive: put aside ${name}: ${(error as Error).message}`);
        await rename(file, join(folder, address, "cur", name));
      }
    }
  }
}
