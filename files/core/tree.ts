import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "./problem.ts";

/** A file or folder found below another. */
export interface Found {
  /** Names from the folder the walk began in. */
  readonly segments: readonly string[];
  readonly path: string;
  readonly folder: boolean;
}

const entries = async (folder: string): Promise<Dirent[]> => {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    // Removed meanwhile: nothing to see.
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
};

/** All files and folders below a folder, folders before what they hold. Links and other things are left out. */
export async function* walk(folder: string, segments: readonly string[] = []): AsyncGenerator<Found> {
  for (const entry of await entries(folder)) {
    const found = { segments: [...segments, entry.name], path: join(folder, entry.name), folder: entry.isDirectory() };
    if (!entry.isDirectory() && !entry.isFile()) continue;
    yield found;
    if (found.folder) yield* walk(found.path, found.segments);
  }
}

/** Bytes of a file, or of all files below a folder. Nothing there is 0. */
export async function bytesOf(path: string): Promise<number> {
  try {
    const stats = await lstat(path);
    if (!stats.isDirectory()) return stats.size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0;
    throw error;
  }
  let sum = 0;
  for await (const found of walk(path)) if (!found.folder) sum += (await lstat(found.path)).size;
  return sum;
}

const folded = (text: string): string => text.normalize("NFC").toLocaleLowerCase("da");

/** Whether a name contains what is looked for, small or large letters, in either Unicode form. */
export const matches = (name: string, wanted: string): boolean => folded(name).includes(folded(wanted));
