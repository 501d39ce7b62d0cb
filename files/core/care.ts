import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Link, Links } from "./links.ts";
import type { People } from "./people.ts";
import { ifMissing } from "./problem.ts";
import { readJson } from "./read-json.ts";
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
 * What is done at the start and once a day: what a power cut left is mended, old trash and versions go, links that ended
 * long ago go, and so do the folders of people who left more than `keepDays` ago. Who has left is known only from a
 * directory that answers and knows somebody. What goes wrong with one folder is told, and the others are cared for.
 */
export async function care(parts: CareParts): Promise<void> {
  const { spaces, links, log, now = Date.now() } = parts;
  for (const kind of ["hjem", "grupper"] as const) {
    for (const id of await spaces.ids(kind)) {
      await careFor(parts, await spaces.get(kind, id), now).catch((error) => {
        log(`${kind}/${id}: not cared for: ${error instanceof Error ? error.stack : error}`);
      });
    }
  }
  const over = ({ expires, used, limit }: Link) =>
    expires < now - 30 * dayMs || (expires < now && limit !== undefined && used >= limit);
  for (const link of await links.list(over)) await links.revoke(link.token);
  await removeLeavers(parts, now);
}

async function careFor({ trashDays, log }: CareParts, { kind, id, kept, room }: Space, now: number): Promise<void> {
  const nameless = await kept.repair();
  if (nameless > 0) log(`${kind}/${id}: ${nameless} kept files without a name are in the trash as "Fundet ..."`);
  const removed = await kept.purge(now - trashDays * dayMs);
  if (removed > 0) log(`${kind}/${id}: ${removed} kept files removed for good`);
  // So that nobody's page has to wait for the first count.
  await room.used();
}

const leaversForm = z.record(z.string(), z.number());

async function removeLeavers({ data, spaces, people, keepDays, log }: CareParts, now: number): Promise<void> {
  const file = join(data, "leavers.json");
  const text = await readFile(file, "utf8").catch(ifMissing);
  const read = readJson(leaversForm, text);
  if (text !== undefined && !read) log("leavers.json cannot be read: who has left is counted from today");
  const before = read ?? {};
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
  await writeFile(`${file}.new`, JSON.stringify(after), { flush: true });
  await rename(`${file}.new`, file);
}
