import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";

/** A zip archive of these files, by path. */
export function zipOf(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, content] of Object.entries(files)) zip.addBuffer(content, path);
  zip.end();
  return buffer(zip.outputStream);
}

/** A zip archive of 7 KiB that unpacks to 10 of its like, and each of those to 160 MB of nothing. */
export async function zipBomb(): Promise<Buffer> {
  const nothing = Buffer.alloc(20_000_000);
  const names = (count: number, ending: string) => Array.from({ length: count }, (_, n) => `${n}.${ending}`);
  const inner = await zipOf(Object.fromEntries(names(8, "txt").map((name) => [name, nothing])));
  return zipOf(Object.fromEntries(names(10, "zip").map((name) => [name, inner])));
}
