import type { Stats } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import send from "send";
import { etagOf } from "./core/etag.ts";
import type { Segments } from "./core/path.ts";
import type { Space } from "./core/space.ts";

/** Bytes read at once: with Node's own 64 KiB a large file costs twice the CPU; more costs memory for each download. */
const pieceBytes = 256 * 1024;

/** How {@link sendFile} answers. */
export interface SendFileOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a part may be asked for. Default: true */
  readonly ranges?: boolean;
}

/**
 * Answers with a file, or with a part of it or that it has not changed, as the request's headers ask. Also for HEAD.
 *
 * @returns when the answer has ended
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { space, segments }: { readonly space: Space; readonly segments: Segments },
  { headers, ranges = true }: SendFileOptions,
): Promise<void> {
  const path = space.path(segments);
  const options = { dotfiles: "allow", index: false, cacheControl: false, acceptRanges: ranges } as const;
  await new Promise<void>((resolve) => {
    response.on("close", resolve);
    // What else is told here goes to the stream that reads the file.
    const sending = send(request, "/", { ...options, highWaterMark: pieceBytes } as object)
      .on("headers", (_response: ServerResponse, _path: string, stats: Stats) => {
        response.setHeader("etag", `"${etagOf(stats)}"`);
        for (const [key, value] of Object.entries(headers)) response.setHeader(key, value);
      })
      .on("error", (error: { status?: number; headers?: Record<string, string> }) => {
        for (const [key, value] of Object.entries(error.headers ?? {})) response.setHeader(key, value);
        response.statusCode = error.status ?? 500;
        response.end();
      })
      .on("directory", () => {
        response.statusCode = 404;
        response.end();
      });
    // Its `pipe` reads a path out of an address and takes a backslash for a slash; the path is known already.
    Object.assign(sending, { res: response }).sendFile(path);
  });
}
