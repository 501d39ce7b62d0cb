import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { cp, link, lstat, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { writeArriving } from "./arriving.ts";
import { flush, flushFolder } from "./flush.ts";
import { Keeping } from "./kept.ts";
import { diskPath, isWithin, numbered, type Segments } from "./path.ts";
import { asProblem, codeOf, FileProblem } from "./problem.ts";
import { bytesOf, type Found, matches, walk } from "./tree.ts";

/** Where a space is and what it may hold. */
export interface SpaceSettings {
  /** Folder of all files, of which the spaces are parts. */
  readonly data: string;
  readonly kind: "hjem" | "grupper";
  /** A person's GUID or a group's short id; the name of the folder on disk. */
  readonly id: string;
  readonly quotaBytes: number;
}

/** A file or folder as listed. */
export interface Entry {
  readonly name: string;
  readonly folder: boolean;
  readonly bytes: number;
  readonly changed: Date;
}

/** Milliseconds a sum of bytes is believed; other ways in do not exist, so it is only a second look. */
const believedMs = 600_000;
const collator = new Intl.Collator("da", { numeric: true });

/**
 * A folder that belongs to a person or a group, with its quota, and what it keeps of what was deleted or overwritten.
 * The one way to the files: pages, links, uploads and WebDAV all come here.
 */
export class Space {
  readonly kind: SpaceSettings["kind"];
  readonly id: string;
  readonly quotaBytes: number;
  readonly kept: Keeping;
  readonly root: string;
  readonly #incoming: string;
  #used: { bytes: number; at: number } | undefined;
  #coming = 0;

  constructor({ data, kind, id, quotaBytes }: SpaceSettings) {
    [this.kind, this.id, this.quotaBytes] = [kind, id, quotaBytes];
    this.root = join(data, kind, id);
    this.kept = new Keeping(join(data, "kept", kind, id));
    this.#incoming = join(data, "incoming");
  }

  /** Makes the folder if it is not there yet. */
  async open(): Promise<this> {
    await Promise.all([this.root, this.#incoming].map((folder) => mkdir(folder, { recursive: true })));
    return this;
  }

  /** Place on disk. @throws FileProblem `name` */
  path(segments: Segments): string {
    return diskPath(this.root, segments);
  }

  /** @throws FileProblem `missing` when it is neither a file nor a folder */
  async stat(segments: Segments): Promise<Stats> {
    try {
      const stats = await lstat(this.path(segments));
      if (!stats.isFile() && !stats.isDirectory()) throw new FileProblem("missing");
      return stats;
    } catch (error) {
      throw asProblem(error);
    }
  }

  /** As `stat`; undefined when nothing is or can be there. */
  async find(segments: Segments): Promise<Stats | undefined> {
    return this.stat(segments).catch((error) => {
      if (error instanceof FileProblem) return undefined;
      throw error;
    });
  }

  /** Whether something is there. */
  async has(segments: Segments): Promise<boolean> {
    return (await this.find(segments)) !== undefined;
  }

  /** What a folder holds: folders first, by name in Danish order. */
  async list(segments: Segments): Promise<Entry[]> {
    try {
      const found = await readdir(this.path(segments), { withFileTypes: true });
      const entries = await Promise.all(
        found
          .filter((entry) => entry.isFile() || entry.isDirectory())
          .map(async ({ name }): Promise<Entry | undefined> => {
            const stats = await lstat(join(this.path(segments), name)).catch(() => undefined);
            return stats && { name, folder: stats.isDirectory(), bytes: stats.size, changed: stats.mtime };
          }),
      );
      return entries
        .filter((entry) => entry !== undefined)
        .sort((a, b) => Number(b.folder) - Number(a.folder) || collator.compare(a.name, b.name));
    } catch (error) {
      throw asProblem(error);
    }
  }

  /** Files and folders whose name contains a text, at most so many. */
  async search(text: string, most: number, below: Segments = []): Promise<Found[]> {
    const hits: Found[] = [];
    for await (const found of walk(this.path(below), below)) {
      if (!matches(found.segments.at(-1) ?? "", text)) continue;
      hits.push(found);
      if (hits.length >= most) break;
    }
    return hits;
  }

  /** Bytes used, without what is kept of deleted and earlier files. */
  async used(): Promise<number> {
    if (this.#used === undefined || Date.now() - this.#used.at > believedMs) {
      this.#used = { bytes: await bytesOf(this.root), at: Date.now() };
    }
    return this.#used.bytes;
  }

  /** Bytes that still fit. */
  async free(): Promise<number> {
    return Math.max(0, this.quotaBytes - (await this.used()) - this.#coming);
  }

  /** @throws FileProblem `full` when so many bytes do not fit */
  async fits(bytes: number): Promise<void> {
    if (bytes > (await this.free())) throw new FileProblem("full");
  }

  /**
   * Writes a file. It is there at once and whole, or not at all; a file it replaces is kept as an earlier version.
   *
   * @param expected bytes announced; refused before the first one if they do not fit. Default: unknown
   * @param maxBytes most the file may be. Default: what fits
   * @returns whether it is new
   */
  async write(segments: Segments, content: Readable, by: string, expected = 0, maxBytes = Infinity): Promise<boolean> {
    await this.#mayBeFile(segments);
    await this.fits(expected);
    const incoming = join(this.#incoming, randomUUID());
    const room = await this.free();
    let bytes = 0;
    const count = (more: number) => {
      bytes += more;
      this.#coming += more;
      if (bytes > maxBytes) throw new FileProblem("too-large");
      if (bytes > room) throw new FileProblem("full");
    };
    try {
      await writeArriving(incoming, content, count);
      return await this.#place(incoming, bytes, segments, by);
    } catch (error) {
      await rm(incoming, { force: true });
      throw asProblem(error);
    } finally {
      this.#coming -= bytes;
    }
  }

  /** Takes over a whole file from elsewhere on the same disk. @returns whether it is new */
  async take(incoming: string, segments: Segments, by: string): Promise<boolean> {
    try {
      const { size } = await stat(incoming);
      await flush(incoming);
      return await this.#place(incoming, size, segments, by);
    } catch (error) {
      throw asProblem(error);
    }
  }

  /** Puts a file that is whole and on disk in its place. @returns whether it is new */
  async #place(incoming: string, size: number, segments: Segments, by: string): Promise<boolean> {
    const target = this.path(segments);
    const old = await this.#keepReplaced(segments, by);
    await rename(incoming, target);
    await flushFolder(dirname(target));
    this.#changed(size - (old ?? 0));
    return old === undefined;
  }

  /** Makes a folder. @throws FileProblem `exists`, `missing` (the folder above), `name` */
  async makeFolder(segments: Segments): Promise<void> {
    if (segments.length === 0) throw new FileProblem("exists");
    await mkdir(this.path(segments)).catch((error) => {
      throw asProblem(error);
    });
  }

  /** Puts a file or folder among the deleted. */
  async remove(segments: Segments, by: string): Promise<void> {
    if (segments.length === 0) throw new FileProblem("missing");
    const stats = await this.stat(segments);
    const info = { kind: "deleted", segments: [...segments], folder: stats.isDirectory(), by } as const;
    try {
      this.#changed(-(await this.kept.keep(info, (to) => rename(this.path(segments), to))));
    } catch (error) {
      this.#used = undefined;
      throw asProblem(error);
    }
  }

  /**
   * Moves or copies, within the space or to another. What stands at the target is kept: as an earlier version when both
   * are files, else among the deleted.
   *
   * @throws FileProblem `exists` without `overwrite`, `into-itself`, `full`, `missing`
   */
  async transfer(
    how: "move" | "copy",
    from: Segments,
    to: { readonly space: Space; readonly segments: Segments; readonly overwrite: boolean },
    by: string,
  ): Promise<void> {
    if (from.length === 0 || to.segments.length === 0) throw new FileProblem("exists");
    if (to.space === this && (isWithin(to.segments, from) || isWithin(from, to.segments))) {
      throw new FileProblem("into-itself");
    }
    const stats = await this.stat(from);
    const [source, target] = [this.path(from), to.space.path(to.segments)];
    const added = how === "copy" || to.space !== this ? await bytesOf(source) : 0;
    if (added > 0) await to.space.fits(added);
    const folder = await lstat(dirname(target)).catch(() => undefined);
    if (!folder?.isDirectory()) throw new FileProblem("missing");
    const there = await to.space.find(to.segments);
    if (there && !to.overwrite) throw new FileProblem("exists");
    let replaced: number | undefined;
    if (there?.isDirectory() || (there && stats.isDirectory())) await to.space.remove(to.segments, by);
    else if (there) replaced = await to.space.#keepReplaced(to.segments, by);
    try {
      if (how === "move") await rename(source, target);
      else await cp(source, target, { recursive: true, errorOnExist: false, preserveTimestamps: false });
    } catch (error) {
      to.space.#used = undefined; // half a copy may be there
      throw asProblem(error);
    }
    to.space.#changed(added - (replaced ?? 0));
    if (how === "move") this.#changed(-added);
  }

  /**
   * Brings back what was deleted, or an earlier version, to where it was; a folder that is gone is made again. A
   * version takes the file's place, whose content becomes an earlier version; a deleted file finds another name.
   *
   * @returns where it is now
   */
  async restore(id: string, by: string): Promise<Segments> {
    const kept = await this.kept.find(id);
    if (!kept) throw new FileProblem("missing");
    await this.fits(kept.bytes);
    const folder = kept.segments.slice(0, -1);
    const name = kept.segments.at(-1) ?? "";
    try {
      await mkdir(this.path(folder), { recursive: true });
      let target = kept.segments as Segments;
      const there = await this.find(target);
      let replaced: number | undefined;
      if (kept.kind === "replaced" && !there?.isDirectory()) replaced = await this.#keepReplaced(target, by);
      else for (let n = 2; await this.has(target); n++) target = [...folder, numbered(name, n)];
      await rename(this.kept.dataPath(id), this.path(target));
      this.#changed(kept.bytes - (replaced ?? 0));
      await this.kept.drop(id);
      return target;
    } catch (error) {
      throw asProblem(error);
    }
  }

  /** The sum of bytes, if it is known, follows what is done; counting all files anew takes long in a large space. */
  #changed(bytes: number): void {
    if (this.#used) this.#used.bytes += bytes;
  }

  /** @throws FileProblem when no file can be there: a folder is, or the folder above is not */
  async #mayBeFile(segments: Segments): Promise<void> {
    if (segments.length === 0) throw new FileProblem("exists");
    const there = await this.stat(segments).catch((error) => {
      if (error instanceof FileProblem && error.problem === "missing") return undefined;
      throw error;
    });
    if (there?.isDirectory()) throw new FileProblem("exists");
    // What is there lies in a folder.
    if (!there && !(await this.stat(segments.slice(0, -1))).isDirectory()) throw new FileProblem("not-folder");
  }

  /** Keeps the file that is about to be replaced; a link is enough, its content is never written to. @returns its bytes */
  async #keepReplaced(segments: Segments, by: string): Promise<number | undefined> {
    const path = this.path(segments);
    try {
      const stats = await lstat(path);
      if (stats.isDirectory()) throw new FileProblem("exists");
      // An empty file is what clients make before they write.
      const info = { kind: "replaced", segments: [...segments], folder: false, by } as const;
      if (stats.size > 0) await this.kept.keep(info, (to) => link(path, to));
      return stats.size;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }
}
