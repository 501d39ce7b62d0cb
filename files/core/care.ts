import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Link, Links } from "./links.ts";
import { numbered } from "./path.ts";
import type { People } from "./people.ts";
import type { Space } from "./space.ts";
import type { Spaces } from "./spaces.ts";

const dayMs = 86_400_000;

/** What the daily care is done with. */
export interface CareParts {
  readonly data: string;
  readonly spaces: Spaces;
  readonly people: People;
  readonly links: Links;
  readonly trashDays: number;
  readonly keepDays: number;
  readonly log: (line: string) => void;
  /** Default: now. */
  readonly now?: number;
}

/**
 * What is done once a day: old trash and versions go, links that ended long ago go, and so do the folders of people who
 * left more than `keepDays` ago. Who has left is known only from a directory that answers and knows somebody.
 */
export async function care(parts: CareParts): Promise<void> {
  const { spaces, links, trashDays, log, now = Date.now() } = parts;
  for (const kind of ["hjem", "grupper"] as const) {
    for (const id of await spaces.ids(kind)) {
      const space = await spaces.get(kind, id);
      const removed = await space.kept.purge(now - trashDays * dayMs, space.quotaBytes);
      if (removed > 0) log(`${kind}/${id}: ${removed} kept files removed for good`);
    }
  }
  const over = ({ expires, used, limit }: Link) =>
    expires < now - 30 * dayMs || (expires < now && limit !== undefined && used >= limit);
  for (const link of await links.list(over)) await links.revoke(link.token);
  await removeLeavers(parts, now);
}

const leaversForm = z.record(z.string(), z.number());

async function removeLeavers({ data, spaces, people, keepDays, log }: CareParts, now: number): Promise<void> {
  const file = join(data, "leavers.json");
  const before = leaversForm.parse(JSON.parse(await readFile(file, "utf8").catch(() => "{}")));
  const ids = await spaces.ids("hjem");
  const here = new Set((await people.all()).filter((person) => person.here).map(({ guid }) => guid));
  if (!ids.some((id) => here.has(id))) return; // an empty directory proves nothing
  const after: Record<string, number> = {};
  for (const id of ids) {
    if (here.has(id)) continue;
    const since = before[id] ?? now;
    if (now - since < keepDays * dayMs) {
      after[id] = since;
      continue;
    }
    await spaces.remove("hjem", id);
    log(`hjem/${id}: left ${keepDays} days ago, removed`);
  }
  await writeFile(`${file}.new`, JSON.stringify(after));
  await rename(`${file}.new`, file);
}

/**
 * Hands a person's files over to another: they become a folder "Fra <name>" among the other's files. The person's own
 * folder stays, empty, so that the daily care still removes what is kept of it.
 *
 * @returns the folder's name
 */
export async function handOver(from: Space, to: Space, fromName: string): Promise<string> {
  const base = `Fra ${fromName.replaceAll(/[/\0]/g, "-")}`;
  let name = base;
  for (let n = 2; await to.has([name]); n++) name = numbered(base, n);
  await rename(from.root, to.path([name]));
  await from.open();
  return name;
}
