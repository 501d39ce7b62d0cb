import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { cp, link, lstat, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { writeArriving } from "./arriving.ts";
import { flush, flushFolder } from "./flush.ts";
import { Keeping, type Kept } from "./kept.ts";
import { type Entry, entriesOf } from "./listing.ts";
import { diskPath, isWithin, numbered, type Segments } from "./path.ts";
import { asProblem, FileProblem, ifMissing } from "./problem.ts";
import { Room } from "./room.ts";
import { bytesOf, type Found, matches, walk } from "./tree.ts";
import { inTurn } from "./turns.ts";

/** Where a space is and what it may hold. */
export interface SpaceSettings {
  /** Folder of all files, of which the spaces are parts. */
  readonly data: string;
  readonly kind: "hjem" | "grupper";
  /** A person's GUID or a group's short id; the name of the folder on disk. */
  readonly id: string;
  readonly quotaBytes: number;
}

/**
 * A folder that belongs to a person or a group, with its quota, and what it keeps of what was deleted or overwritten.
 * The one way to the files: pages, links, uploads and WebDAV all come here.
 */
export class Space {
  readonly kind: SpaceSettings["kind"];
  readonly id: string;
  readonly kept: Keeping;
  readonly room: Room;
  readonly root: string;
  readonly #incoming: string;

  constructor({ data, kind, id, quotaBytes }: SpaceSettings) {
    [this.kind, this.id] = [kind, id];
    this.root = join(data, kind, id);
    this.kept = new Keeping(join(data, "kept", kind, id), quotaBytes);
    this.room = new Room(this.root, quotaBytes);
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
      return await entriesOf(this.path(segments));
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

  /**
   * Writes a file. It is there at once and whole, or not at all; a file it replaces is kept as an earlier version.
   *
   * @param expected bytes announced; refused before the first one if they do not fit. Default: unknown
   * @param maxBytes most the file may be. Default: what fits
   * @returns whether it is new
   */
  async write(segments: Segments, content: Readable, by: string, expected = 0, maxBytes = Infinity): Promise<boolean> {
    const leaving = await this.#mayBeFile(segments);
    return this.#arrive(content, { expected, leaving, maxBytes }, (incoming, bytes) =>
      this.#place(incoming, bytes, segments, by),
    );
  }

  /**
   * Writes a file beside what is there: where its name is taken when it is whole, it gets a number.
   *
   * @returns where it is
   */
  async writeBeside(folder: Segments, name: string, content: Readable, maxBytes: number): Promise<Segments> {
    await this.#mayBeFile([...folder, name]).catch((error) => {
      if (!(error instanceof FileProblem) || error.problem !== "exists") throw error;
    });
    return this.#arrive(content, { expected: 0, leaving: 0, maxBytes }, async (incoming, bytes) => {
      const target = await this.putBeside(folder, name, (path) => rename(incoming, path));
      await flushFolder(this.path(folder));
      this.room.changed(bytes);
      return target;
    });
  }

  /**
   * Finds a name that is not taken, and keeps others from it while something is put there.
   *
   * @param put moves something to the path it is given
   * @returns where it is
   */
  async putBeside(folder: Segments, name: string, put: (path: string) => Promise<void>): Promise<Segments> {
    for (let n = 1; ; n++) {
      const target = [...folder, n === 1 ? name : numbered(name, n)];
      const free = await inTurn([this.path(target)], async () => {
        if (await this.has(target)) return false;
        await put(this.path(target));
        return true;
      });
      if (free) return target;
    }
  }

  /** Takes over a whole file, for which room is held, from elsewhere on the same disk. @returns whether it is new */
  async take(incoming: string, segments: Segments, by: string): Promise<boolean> {
    try {
      const { size } = await stat(incoming);
      await flush(incoming);
      return await this.#place(incoming, size, segments, by);
    } catch (error) {
      throw asProblem(error);
    }
  }

  async #arrive<T>(
    content: Readable,
    { expected, leaving, maxBytes }: { readonly expected: number; readonly leaving: number; readonly maxBytes: number },
    place: (incoming: string, bytes: number) => Promise<T>,
  ): Promise<T> {
    const held = await this.room.hold(expected, leaving);
    const incoming = join(this.#incoming, randomUUID());
    let bytes = 0;
    try {
      await writeArriving(incoming, content, (more) => {
        bytes += more;
        if (bytes > maxBytes) throw new FileProblem("too-large");
        held.arrived(more);
      });
      return await place(incoming, bytes);
    } catch (error) {
      await rm(incoming, { force: true });
      throw asProblem(error);
    } finally {
      held.release();
    }
  }

  /** Puts a file that is whole and on disk in its place. @returns whether it is new */
  async #place(incoming: string, size: number, segments: Segments, by: string): Promise<boolean> {
    const target = this.path(segments);
    const old = await inTurn([target], async () => {
      const replaced = await this.#keepReplaced(segments, by);
      await rename(incoming, target);
      return replaced;
    });
    await flushFolder(dirname(target));
    this.room.changed(size - (old ?? 0));
    return old === undefined;
  }

  /** Makes a folder. @throws FileProblem `exists`, `missing` (the folder above), `name` */
  async makeFolder(segments: Segments): Promise<void> {
    if (segments.length === 0) throw new FileProblem("exists");
    const path = this.path(segments);
    await inTurn([path], () => mkdir(path)).catch((error) => {
      throw asProblem(error);
    });
  }

  /** Puts a file or folder among the deleted. */
  async remove(segments: Segments, by: string): Promise<void> {
    if (segments.length === 0) throw new FileProblem("missing");
    await inTurn([this.path(segments)], () => this.#remove(segments, by));
  }

  async #remove(segments: Segments, by: string): Promise<void> {
    const stats = await this.stat(segments);
    const info = { kind: "deleted", segments: [...segments], folder: stats.isDirectory(), by } as const;
    const path = this.path(segments);
    try {
      this.room.changed(-(await this.kept.keep(info, path, (to) => rename(path, to))));
    } catch (error) {
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
    const standing = async (): Promise<Stats | undefined> => {
      const folder = await lstat(dirname(target)).catch(ifMissing);
      if (!folder?.isDirectory()) throw new FileProblem("missing");
      const there = await to.space.find(to.segments);
      if (there && !to.overwrite) throw new FileProblem("exists");
      return there;
    };
    const there = await standing();
    const added = how === "copy" || to.space !== this ? await bytesOf(source) : 0;
    const held = await to.space.room.hold(added, there?.isFile() ? there.size : 0);
    // What is copied is there at once and whole, too.
    const whole = how === "copy" ? join(this.#incoming, randomUUID()) : source;
    try {
      if (how === "copy") await cp(source, whole, { recursive: true, preserveTimestamps: false });
      const replaced = await inTurn([source, target], async () => {
        const old = await standing();
        const both = old?.isFile() && stats.isFile();
        if (old && !both) await to.space.#remove(to.segments, by);
        const kept = both ? await to.space.#keepReplaced(to.segments, by) : 0;
        await rename(whole, target);
        return kept ?? 0;
      });
      to.space.room.changed(added - replaced);
      if (how === "move") this.room.changed(-added);
    } catch (error) {
      throw asProblem(error);
    } finally {
      held.release();
      if (how === "copy") await rm(whole, { recursive: true, force: true });
    }
  }

  /**
   * Brings back what was deleted, or an earlier version, to where it was; a folder that is gone is made again. A
   * version takes the file's place, whose content becomes an earlier version; a deleted file finds another name.
   *
   * @returns where it is now
   */
  async restore(id: string, by: string): Promise<Segments> {
    const target = await this.kept.bringBack(id, (kept, data) =>
      this.#bringBack(kept, data, by).catch((error) => {
        throw asProblem(error);
      }),
    );
    if (!target) throw new FileProblem("missing");
    return target;
  }

  async #bringBack({ kind, segments, bytes }: Kept, data: string, by: string): Promise<Segments> {
    const [folder, name] = [segments.slice(0, -1), segments.at(-1) ?? ""];
    const there = kind === "replaced" ? await this.find(segments) : undefined;
    const held = await this.room.hold(bytes, there?.isFile() ? there.size : 0);
    try {
      await mkdir(this.path(folder), { recursive: true });
      if (kind === "replaced" && !there?.isDirectory()) {
        await this.#place(data, bytes, segments, by);
        return segments;
      }
      const target = await this.putBeside(folder, name, (path) => rename(data, path));
      this.room.changed(bytes);
      return target;
    } finally {
      held.release();
    }
  }

  /**
   * @returns bytes of the file that is there
   * @throws FileProblem when no file can be there: a folder is, or the folder above is not
   */
  async #mayBeFile(segments: Segments): Promise<number> {
    if (segments.length === 0) throw new FileProblem("exists");
    const there = await this.stat(segments).catch((error) => {
      if (error instanceof FileProblem && error.problem === "missing") return undefined;
      throw error;
    });
    if (there?.isDirectory()) throw new FileProblem("exists");
    // What is there lies in a folder.
    if (!there && !(await this.stat(segments.slice(0, -1))).isDirectory()) throw new FileProblem("not-folder");
    return there?.size ?? 0;
  }

  /** Keeps the file that is about to be replaced; a link is enough, its content is never written to. @returns its bytes */
  async #keepReplaced(segments: Segments, by: string): Promise<number | undefined> {
    const path = this.path(segments);
    const stats = await lstat(path).catch(ifMissing);
    if (stats?.isDirectory()) throw new FileProblem("exists");
    // An empty file is what clients make before they write.
    const info = { kind: "replaced", segments: [...segments], folder: false, by } as const;
    if (stats && stats.size > 0) await this.kept.keep(info, path, (to) => link(path, to));
    return stats?.size;
  }
}
