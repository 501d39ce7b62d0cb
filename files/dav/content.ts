import type { IncomingMessage, ServerResponse } from "node:http";
import { type Segments, writeSegments } from "../core/path.ts";
import { FileProblem } from "../core/problem.ts";
import type { Space } from "../core/space.ts";
import type { NamedSpace } from "../core/spaces.ts";
import { mediaType } from "../media.ts";
import { sendFile } from "../send-file.ts";
import { DavAdapter, type DavPerson } from "./adapter.ts";
import type { Locks } from "./locks.ts";
import { diskFullText, fullText } from "./resource.ts";

/** What {@link plainContent} is asked with. */
export interface ContentParts {
  readonly person: DavPerson;
  readonly spaces: readonly NamedSpace[];
  readonly locks: Locks;
  /** Public address of the spaces, with a slash at the end. */
  readonly base: URL;
}

/** What makes a write more than "put this file there": conditions, and bodies that are not the file itself. */
const more = [
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "content-encoding",
  "content-range",
];

/**
 * The short way for what is asked most: reading a file, and writing one that nobody has locked, without a condition.
 * nephele finds the person's spaces anew ten times over for each, which costs a small file more than its content.
 *
 * @returns false, with nothing read or answered, when the request is not of that kind or would fail
 */
export async function plainContent(
  request: IncomingMessage,
  response: ServerResponse,
  { person, spaces, locks, base }: ContentParts,
): Promise<boolean> {
  const { method, headers } = request;
  const writes = method === "PUT";
  if ((!writes && method !== "GET" && method !== "HEAD") || headers["if"] !== undefined) return false;
  if (writes && more.some((name) => headers[name] !== undefined)) return false;
  const found = find(new DavAdapter(person, spaces, locks, request), request.url ?? "", base);
  if (!found) return false;
  const { space, segments, folder } = found;
  if (writes) {
    if (locks.concern([space.kind, space.id, ...segments])) return false;
    const location = new URL(writeSegments([folder, ...segments]), base).href;
    return write(request, response, { space, segments, by: person.name, location });
  }
  if (!(await space.find(segments))?.isFile()) return false;
  const type = mediaType(segments.at(-1) ?? "");
  await sendFile(request, response, found, { headers: { "content-type": type, "cache-control": "private, no-cache" } });
  return true;
}

/** Where an address leads, when it is that of something in a space, written as a file's. */
function find(adapter: DavAdapter, path: string, base: URL) {
  if (/\/$|\\|%5c|[?]|\/\.{1,2}(\/|$)/i.test(path)) return undefined;
  try {
    const { named, segments } = adapter.find(new URL(path, base), base);
    if (!named || segments.length === 0) return undefined;
    return { space: named.space, segments, folder: adapter.folderName(named) };
  } catch {
    return undefined; // nephele says what is wrong
  }
}

interface Write {
  readonly space: Space;
  readonly segments: Segments;
  readonly by: string;
  readonly location: string;
}

async function write(
  request: IncomingMessage,
  response: ServerResponse,
  { space, segments, by, location }: Write,
): Promise<boolean> {
  try {
    const isNew = await space.write(segments, request, by, Number(request.headers["content-length"] ?? 0) || 0);
    response.writeHead(isNew ? 201 : 204, { "cache-control": "private, no-cache", ...(isNew ? { location } : {}) });
    response.end();
  } catch (error) {
    if (!request.readableDidRead && error instanceof FileProblem) return false;
    // Whoever broke off hears no answer. A request that was read to its end is "destroyed", too, and waits for one.
    if (response.destroyed) return true;
    if (!(error instanceof FileProblem)) {
      if (!request.complete) return true;
      throw error;
    }
    const full = { full: fullText, "disk-full": diskFullText }[error.problem as "full"];
    response.writeHead(full ? 507 : 409, { "content-type": "text/plain; charset=utf-8" });
    response.end(full ?? "");
  }
  return true;
}
