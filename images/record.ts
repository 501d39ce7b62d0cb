import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../model/index.ts";
import { dataFolder } from "./folders.ts";
import { imageRefs } from "./recipe.ts";

/** What this machine has built: the engine's ID by image reference. */
type ImageRecord = Readonly<Record<string, string>>;

const recordFile = (): string => join(dataFolder(), "images.json");

/** The record; empty when nothing was built yet. */
export function readRecord(): ImageRecord {
  try {
    return JSON.parse(readFileSync(recordFile(), "utf8")) as ImageRecord;
  } catch {
    return {};
  }
}

/** Adds a built image to the record. */
export function recordImage(ref: string, id: string): void {
  const file = recordFile();
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify({ ...readRecord(), [ref]: id }, null, 2)}\n`);
  renameSync(fresh, file);
}

/**
 * References of the images a stack runs, by recipe name.
 *
 * @param used which of all recipes the stack runs
 * @throws UserError when one has not been built on this machine, naming the command that does
 */
export function loadImages(used: (recipes: readonly string[]) => readonly string[]): Readonly<Record<string, string>> {
  const record = readRecord();
  const all = imageRefs();
  const refs = Object.fromEntries(used(Object.keys(all)).map((name) => [name, all[name] ?? ""]));
  const missing = Object.values(refs).filter((ref) => record[ref] === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `these images are not built on this machine: ${missing.join(", ")}\nBuild them with: ./planb images build`,
    );
  }
  return refs;
}
