import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { mapLimited } from "./limited.ts";
import { ifMissing } from "./problem.ts";

/** A file or folder found below another. */
export interface Found {
  /** Names from the folder the walk began in. */
  readonly segments: readonly string[];
  readonly path: string;
  readonly folder: boolean;
}

/** What a folder holds; nothing when it was removed meanwhile. */
const entries = async (folder: string): Promise<Dirent[]> =>
  (await readdir(folder, { withFileTypes: true }).catch(ifMissing)) ?? [];

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
  const stats = await lstat(path).catch(ifMissing);
  return stats?.isDirectory() ? bytesBelow(path) : (stats?.size ?? 0);
}

async function bytesBelow(folder: string): Promise<number> {
  const found = await entries(folder);
  const files = found.filter((entry) => entry.isFile());
  const sizes = await mapLimited(files, ({ name }) => lstat(join(folder, name)).catch(ifMissing));
  let sum = sizes.reduce((all, stats) => all + (stats?.size ?? 0), 0);
  for (const entry of found) if (entry.isDirectory()) sum += await bytesBelow(join(folder, entry.name));
  return sum;
}

const folded = (text: string): string => text.normalize("NFC").toLocaleLowerCase("da");

/** Whether a name contains what is looked for, small or large letters, in either Unicode form. */
export const matches = (name: string, wanted: string): boolean => folded(name).includes(folded(wanted));
