import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { mapLimited } from "./limited.ts";
import { codeOf, ifMissing } from "./problem.ts";
import { readJson } from "./read-json.ts";
import { bytesOf } from "./tree.ts";
import { inTurn } from "./turns.ts";

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
/** Where too much is kept, so much of what is allowed stays, so that not each next thing kept looks through all again. */
const staysOf = 0.9;

/** What a space keeps of what was deleted or overwritten; beside the space, on the same disk, so that nothing is copied. */
export class Keeping {
  readonly #root: string;
  readonly #maxBytes: number;
  /** Being kept or brought back at the moment. */
  readonly #busy = new Set<string>();
  /** Bytes of all, once they were counted. */
  #sum: number | undefined;

  /**
   * @param root folder of its own
   * @param maxBytes most that is kept; the oldest goes first
   */
  constructor(root: string, maxBytes: number) {
    [this.#root, this.#maxBytes] = [root, maxBytes];
  }

  /**
   * Keeps something. What is known of it is written first: who ends in between has lost nothing.
   *
   * @param from where it is
   * @param take moves or links it to the path it is given
   * @returns its bytes
   * @throws whatever `take` throws; Error when the disk is so full that nothing can be written, also without the oldest
   *   of what is kept. It is where it was, then.
   */
  async keep(info: KeepInfo, from: string, take: (to: string) => Promise<void>): Promise<number> {
    const id = randomUUID();
    const bytes = await bytesOf(from);
    await this.#whileBusy(id, async () => {
      try {
        await this.#makingRoom(() => this.#write({ ...info, id, bytes, at: Date.now() }));
        await take(this.dataPath(id));
      } catch (error) {
        await this.#giveUp(id);
        throw error;
      }
      if (this.#sum === undefined) return; // the daily care counts
      this.#sum += bytes;
      if (this.#sum > this.#maxBytes) await this.purge(0, this.#maxBytes * staysOf);
    });
    return bytes;
  }

  /** All that is kept, the latest first. */
  async list(): Promise<Kept[]> {
    const found = await mapLimited(await this.#ids(), (id) => this.find(id));
    return found.filter((kept) => kept !== undefined).sort((a, b) => b.at - a.at);
  }

  /** One of them; undefined also when what is known of it cannot be read, see {@link repair}. */
  async find(id: string): Promise<Kept | undefined> {
    if (!idForm.test(id)) return undefined;
    const text = await readFile(join(this.#root, id, "info.json"), "utf8").catch(ifMissing);
    const read = readJson(keptInfo, text);
    return read && { ...read, id };
  }

  /** Where its content is. */
  dataPath(id: string): string {
    return join(this.#root, id, "data");
  }

  /**
   * Brings something back, one who asks at a time.
   *
   * @param move moves the content away from the path it is given
   * @returns undefined when it is not kept any more
   */
  async bringBack<T>(id: string, move: (kept: Kept, data: string) => Promise<T>): Promise<T | undefined> {
    return inTurn([this.dataPath(id)], () =>
      this.#whileBusy(id, async () => {
        const kept = await this.find(id);
        if (!kept) return undefined;
        const moved = await move(kept, this.dataPath(id));
        await this.drop(id);
        return moved;
      }),
    );
  }

  /** Removes one for good, or what is left of it when its content was moved away. */
  async drop(id: string): Promise<void> {
    if (!idForm.test(id)) return;
    if (this.#sum !== undefined) this.#sum -= (await this.find(id))?.bytes ?? 0;
    await this.#erase(id);
  }

  /**
   * Removes for good what is older than a time, and the oldest where all together are larger than allowed.
   *
   * @returns number removed
   */
  async purge(before: number, maxBytes = this.#maxBytes): Promise<number> {
    const all = await this.list();
    const gone: Kept[] = [];
    let sum = 0;
    for (const kept of all) {
      sum += kept.bytes;
      // The latest stays its days, however large it is: nobody was asked.
      const stays = kept.at >= before && (sum <= maxBytes || kept === all[0]);
      if (!stays && !this.#busy.has(kept.id)) gone.push(kept);
    }
    for (const { id } of gone) await this.#erase(id);
    this.#sum = sum - gone.reduce((bytes, kept) => bytes + kept.bytes, 0);
    return gone.length;
  }

  /**
   * Mends what a power cut left: content of which nothing is known any more is found among the deleted under a name made
   * up for it, and knowledge without content goes.
   *
   * @returns number of things whose name is lost
   */
  async repair(): Promise<number> {
    let nameless = 0;
    for (const id of await this.#ids()) {
      if (this.#busy.has(id)) continue;
      const [kept, data] = [await this.find(id), await lstat(this.dataPath(id)).catch(ifMissing)];
      if (kept && data) continue;
      if (!data) {
        await this.drop(id);
        continue;
      }
      const info = {
        kind: "deleted",
        segments: [`Fundet ${id.slice(0, 8)}`],
        folder: data.isDirectory(),
        by: "",
      } as const;
      const bytes = await bytesOf(this.dataPath(id));
      await this.#write({ ...info, id, bytes, at: Date.now() });
      nameless++;
    }
    return nameless;
  }

  /** Takes over all that another keeps, as if it had been below a folder here. */
  async takeOver(other: Keeping, folder: string): Promise<void> {
    for (const kept of await other.list()) {
      await mkdir(this.#root, { recursive: true });
      await rename(join(other.#root, kept.id), join(this.#root, kept.id));
      await this.#write({ ...kept, segments: [folder, ...kept.segments] });
    }
  }

  async #ids(): Promise<string[]> {
    return ((await readdir(this.#root).catch(ifMissing)) ?? []).filter((name) => idForm.test(name));
  }

  async #erase(id: string): Promise<void> {
    await rm(join(this.#root, id), { recursive: true, force: true });
  }

  async #whileBusy<T>(id: string, action: () => Promise<T>): Promise<T> {
    this.#busy.add(id);
    try {
      return await action();
    } finally {
      this.#busy.delete(id);
    }
  }

  async #write({ id, ...info }: Omit<Kept, "segments"> & { readonly segments: readonly string[] }): Promise<void> {
    const folder = join(this.#root, id);
    await mkdir(folder, { recursive: true });
    // An upload waits for its own flushes only; what is known of an earlier version may be lost with the power, it not.
    await writeFile(join(folder, "new"), JSON.stringify(info), { flush: info.kind === "deleted" });
    await rename(join(folder, "new"), join(folder, "info.json"));
  }

  /** Does what needs the disk; where that is full, the oldest of what is kept gives way. */
  async #makingRoom(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (codeOf(error) !== "ENOSPC") throw error;
      const oldest = (await this.list()).findLast(({ id }) => !this.#busy.has(id));
      if (!oldest) throw error;
      await this.drop(oldest.id);
      await this.#makingRoom(action);
    }
  }

  /** Removes what was written of something that could not be kept; never content. */
  async #giveUp(id: string): Promise<void> {
    const folder = join(this.#root, id);
    for (const name of ["new", "info.json"]) await rm(join(folder, name), { force: true }).catch(() => undefined);
    await rmdir(folder).catch(() => undefined);
  }
}
