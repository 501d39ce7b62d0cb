import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { bytesOf } from "./tree.ts";

/** Why something is kept: it was deleted, or another file took its place. */
export type KeptKind = "deleted" | "replaced";

const keptInfo = z.strictObject({
  kind: z.enum(["deleted", "replaced"]),
  /** Where it was, names from the top of its space. */
  segments: z.array(z.string()).min(1),
  folder: z.boolean(),
  bytes: z.number(),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** Name of the person who did it. */
  by: z.string(),
});

/** A deleted file or folder, or an earlier version of a file. */
export type Kept = z.infer<typeof keptInfo> & { readonly id: string };

/** What is said of something when it is kept. */
export type KeepInfo = Pick<Kept, "kind" | "folder" | "by"> & { readonly segments: readonly string[] };

const idForm = /^[0-9a-f-]{36}$/;

/** What a space keeps of what was deleted or overwritten; beside the space, on the same disk, so that nothing is copied. */
export class Keeping {
  readonly #root: string;

  /** @param root folder of its own */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Keeps something.
   *
   * @param take moves or links the thing to the path it is given
   * @returns its bytes
   */
  async keep(info: KeepInfo, take: (to: string) => Promise<void>): Promise<number> {
    const id = randomUUID();
    const folder = join(this.#root, id);
    await mkdir(folder, { recursive: true });
    try {
      await take(join(folder, "data"));
      const bytes = await bytesOf(join(folder, "data"));
      await writeFile(join(folder, "new"), JSON.stringify({ ...info, bytes, at: Date.now() }));
      await rename(join(folder, "new"), join(folder, "info.json"));
      return bytes;
    } catch (error) {
      // Whoever moved it there and failed afterwards has lost nothing: what has no information is not removed.
      if ((await bytesOf(join(folder, "data"))) === 0) await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** All that is kept, the latest first. */
  async list(): Promise<Kept[]> {
    const names = await readdir(this.#root).catch(() => []);
    const found = await Promise.all(names.filter((name) => idForm.test(name)).map((id) => this.find(id)));
    return found.filter((kept) => kept !== undefined).sort((a, b) => b.at - a.at);
  }

  /** One of them. */
  async find(id: string): Promise<Kept | undefined> {
    if (!idForm.test(id)) return undefined;
    const text = await readFile(join(this.#root, id, "info.json"), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    return { ...keptInfo.parse(JSON.parse(text)), id };
  }

  /** Where its content is. */
  dataPath(id: string): string {
    return join(this.#root, id, "data");
  }

  /** Removes one for good, or what is left of it when its content was moved away. */
  async drop(id: string): Promise<void> {
    if (idForm.test(id)) await rm(join(this.#root, id), { recursive: true, force: true });
  }

  /**
   * Removes for good what is older than a time, and the oldest where all together are larger than allowed.
   *
   * @returns number removed
   */
  async purge(before: number, maxBytes: number): Promise<number> {
    let sum = 0;
    let removed = 0;
    for (const kept of await this.list()) {
      sum += kept.bytes;
      if (kept.at >= before && sum <= maxBytes) continue;
      await this.drop(kept.id);
      removed++;
    }
    return removed;
  }
}
