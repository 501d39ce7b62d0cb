import { readdir, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { FileStore } from "@tus/file-store";
import { isName, readSegments, type Segments } from "./core/path.ts";
import { FileProblem, ifMissing } from "./core/problem.ts";
import type { HeldRoom } from "./core/room.ts";
import type { Space } from "./core/space.ts";
import type { Spaces } from "./core/spaces.ts";

/** An answer of tus that is none of its own errors. */
export const refused = (status_code: number, body: string) => ({ status_code, body });

/** What tus answers to a problem. */
export function refusal({ problem }: FileProblem) {
  const statuses = { full: 507, "disk-full": 507, "too-large": 413, exists: 409, missing: 404 };
  return refused(statuses[problem as "full"] ?? 400, problem);
}

/** What tus is to throw for an error. */
export const inTus = (error: unknown): unknown => (error instanceof FileProblem ? refusal(error) : error);

/** Whether so little is left of a disk that a chunk of an upload may not have found room: a MiB. */
async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < 1_048_576;
}

type Metadata = Record<string, string | null> | undefined;

/** Where an upload goes, as its maker wrote it: the key of a space and the path below. @throws what tus answers */
export function wantedPlace(metadata: Metadata): { readonly key: string; readonly segments: Segments } {
  const match = /^\/mappe\/([^/]+)(?:\/(.*))?$/.exec(metadata?.["folder"] ?? "");
  const name = metadata?.["name"] ?? "";
  if (!match?.[1] || !isName(name)) throw refused(400, "name");
  return { key: match[1], segments: [...readSegments(match[2] ?? ""), name] };
}

/** Bytes of the file that will be replaced. */
export async function leavingBytes(space: Space, segments: Segments): Promise<number> {
  const there = await space.find(segments);
  return there?.isFile() ? there.size : 0;
}

/** Uploads that are not whole, each counted in the quota of the space it goes to. */
export interface Pieces {
  readonly store: FileStore;
  /** Counts what is here from before; what cannot be read goes. */
  countAll(): Promise<void>;
  /** Where the bytes of an upload are. */
  path(id: string): string;
  /** Removes what is left of an upload. */
  forget(id: string): Promise<void>;
}

/** Keeps uploads in pieces in a folder, so many days. */
export function piecesIn(directory: string, days: number, spaces: Spaces): Pieces {
  const store = new FileStore({ directory, expirationPeriodInMilliseconds: days * 86_400_000 });
  const { configstore } = store;
  const counted = new Map<string, Promise<HeldRoom>>();
  const path = (id: string) => join(directory, id);

  const holdFor = async (id: string): Promise<HeldRoom> => {
    const metadata = (await configstore.get(id))?.metadata;
    const { key, segments } = wantedPlace(metadata);
    const space = await (key === "mine" ? spaces.get("hjem", metadata?.["owner"] ?? "") : spaces.get("grupper", key));
    return space.room.hold(0, await leavingBytes(space, segments));
  };
  const roomFor = (id: string): Promise<HeldRoom> => {
    const room = counted.get(id) ?? holdFor(id);
    counted.set(id, room);
    room.catch(() => counted.delete(id));
    return room;
  };
  const release = async (id: string) => {
    const room = counted.get(id);
    counted.delete(id);
    (await room?.catch(() => undefined))?.release();
  };
  const count = async (id: string) => {
    const there = await stat(path(id)).catch(ifMissing);
    if (there) (await roomFor(id)).is(there.size);
  };
  const forget = async (id: string) => {
    await release(id);
    await rm(path(id), { force: true });
    await configstore.delete(id);
  };

  const { write, remove } = { write: store.write.bind(store), remove: store.remove.bind(store) };
  store.write = async (readable, id, offset) => {
    const held = await roomFor(id);
    let problem: unknown;
    const arriving = async function* () {
      // Left open when it is broken off, or tus takes its end for the sender's and tells nothing of ours.
      for await (const chunk of readable.iterator({ destroyOnReturn: false })) {
        try {
          held.arrived((chunk as Buffer).length);
        } catch (error) {
          problem = error;
          throw error;
        }
        yield chunk;
      }
    };
    try {
      return await write(Readable.from(arriving()), id, offset);
    } catch (error) {
      // The store tells not why a file could not be written.
      if (problem === undefined && (await isFull(directory))) problem = new FileProblem("disk-full");
      throw problem === undefined ? error : inTus(problem);
    } finally {
      // What broke off is sent again from where the file ends.
      await count(id);
    }
  };
  store.remove = async (id) => {
    await remove(id);
    await release(id);
  };

  return {
    store,
    path,
    forget,
    async countAll() {
      for (const name of await readdir(directory)) {
        const id = name.replace(/\.json$/, "");
        const readable = await configstore.get(id).catch(() => undefined);
        if (readable && (await stat(path(id)).catch(ifMissing))) await count(id).catch(() => forget(id));
        else for (const part of [id, `${id}.json`]) await rm(path(part), { force: true });
      }
    },
  };
}
