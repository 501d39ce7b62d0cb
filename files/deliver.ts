import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import contentDisposition from "content-disposition";
import type { Context } from "hono";
import { ZipFile } from "yazl";
import type { Segments } from "./core/path.ts";
import type { Space } from "./core/space.ts";
import { walk } from "./core/tree.ts";
import { mediaType } from "./media.ts";
import { sendFile } from "./send-file.ts";

/** What Node gave the request and takes as answer. */
export const bindings = (c: Context): HttpBindings => c.env as HttpBindings;

/** Whatever a file is, the browser only stores it: no page, script or picture of it runs on this site. */
function headersOf(name: string, type: string): Readonly<Record<string, string>> {
  return {
    "content-type": type,
    "content-disposition": contentDisposition(name),
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
  };
}

/** Sends a file to be stored; broken downloads go on where they were, unless parts are not given. */
export async function deliverFile(c: Context, space: Space, segments: Segments, ranges = true): Promise<Response> {
  const { incoming, outgoing } = bindings(c);
  const name = segments.at(-1) ?? "";
  await sendFile(incoming, outgoing, { space, segments }, { headers: headersOf(name, mediaType(name)), ranges });
  return RESPONSE_ALREADY_SENT;
}

/** Sends a folder as one zip, made while it is sent. */
export async function deliverZip(c: Context, space: Space, segments: Segments, name: string): Promise<Response> {
  const { outgoing } = bindings(c);
  for (const [key, value] of Object.entries(headersOf(`${name}.zip`, "application/zip")))
    outgoing.setHeader(key, value);
  const zip = new ZipFile();
  const done = new Promise<void>((resolve) => outgoing.on("close", resolve));
  zip.on("error", (error: Error) => outgoing.destroy(error));
  zip.outputStream.pipe(outgoing);
  for await (const found of walk(space.path(segments))) {
    // A backslash is a folder's sign to some who unpack.
    const path = found.segments.map((part) => part.replaceAll("\\", "_")).join("/");
    if (found.folder) zip.addEmptyDirectory(path);
    else zip.addFile(found.path, path, { compress: false });
  }
  zip.end();
  await done;
  return RESPONSE_ALREADY_SENT;
}
