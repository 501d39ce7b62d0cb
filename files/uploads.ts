import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Server } from "@tus/server";
import { asProblem, FileProblem } from "./core/problem.ts";
import type { NamedSpace, Spaces } from "./core/spaces.ts";
import { inTus, leavingBytes, piecesIn, refusal, refused, wantedPlace } from "./pieces.ts";

/** Where uploads in pieces are sent to. */
export const uploadPath = "/op";

const unfinishedDays = 3;
const folder = "pieces";

/** What uploads are made from. */
export interface UploadParts {
  readonly data: string;
  readonly spaces: Spaces;
  /** Who asks, by what edge tells; looks up a header. */
  readonly userOf: (
    header: (name: string) => string | undefined,
  ) => { readonly guid: string; readonly name: string; readonly groups: readonly string[] } | undefined;
  readonly log: (line: string) => void;
}

/** Removes what was still arriving when the server ended: nobody goes on with it, but for uploads in pieces. */
export async function removeBrokenOff(data: string): Promise<void> {
  const incoming = join(data, "incoming");
  await mkdir(incoming, { recursive: true });
  for (const name of await readdir(incoming)) {
    if (name !== folder) await rm(join(incoming, name), { recursive: true, force: true });
  }
}

/**
 * Uploads that go on where they broke off (tus 1.0). What arrives lies beside the spaces until it is whole; an upload
 * belongs to the person who began it, and the right to the folder is asked again at each piece.
 */
export async function uploadServer({ data, spaces, userOf, log }: UploadParts): Promise<Server> {
  const directory = join(data, "incoming", folder);
  await mkdir(directory, { recursive: true });
  const pieces = piecesIn(directory, unfinishedDays, spaces);
  const datastore = pieces.store;
  void pieces.countAll().catch((error) => log(`uploads of before are not counted: ${error}`));

  const target = async (request: { headers: Headers }, metadata: Record<string, string | null> | undefined) => {
    const user = userOf((name) => request.headers.get(name) ?? undefined);
    if (!user) throw refused(401, "nobody");
    const { key, segments } = wantedPlace(metadata);
    const named: NamedSpace | undefined = (await spaces.of(user, "")).find((each) => each.key === key);
    if (!named) throw refused(404, "missing");
    return { user, space: named.space, segments };
  };

  return new Server({
    path: uploadPath,
    datastore,
    relativeLocation: true,
    onUploadCreate: async (request, upload) => {
      const { user, space, segments } = await target(request, upload.metadata);
      if (upload.size === undefined) throw refused(400, "length");
      const wanted = upload.size - (await leavingBytes(space, segments));
      if (wanted > (await space.room.free())) throw inTus(new FileProblem("full"));
      return { metadata: { ...upload.metadata, owner: user.guid } };
    },
    onIncomingRequest: async (request, id) => {
      if (request.method === "POST" || request.method === "OPTIONS") return;
      const { metadata } = await datastore.getUpload(id);
      const { user } = await target(request, metadata);
      if (metadata?.["owner"] !== user.guid) throw refused(404, "missing");
    },
    onUploadFinish: async (request, upload) => {
      const { user, space, segments } = await target(request, upload.metadata);
      try {
        await space.take(pieces.path(upload.id), segments, user.name);
      } catch (error) {
        throw inTus(error);
      } finally {
        await pieces.forget(upload.id);
      }
      return {};
    },
    onResponseError: (_request, error) => {
      if ("status_code" in error) return undefined;
      const problem = asProblem(error);
      if (problem instanceof FileProblem && problem.problem === "disk-full") return refusal(problem);
      log(`upload: ${error.stack ?? error.message}`);
      return undefined;
    },
  });
}
