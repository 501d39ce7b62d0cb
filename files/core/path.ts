import { join } from "node:path";
import { FileProblem } from "./problem.ts";

/** A path below a space: names from the top, none for the space itself. */
export type Segments = readonly string[];

/** Longest name of a file in bytes, as Linux file systems have it. */
const longestName = 255;

/** Whether a text may be a file's name. Any character is fine but the two a file system cannot hold; also a newline. */
export const isName = (name: string): boolean =>
  name !== "" &&
  name !== "." &&
  name !== ".." &&
  !name.includes("/") &&
  !name.includes("\0") &&
  !/\p{Surrogate}/u.test(name) &&
  Buffer.byteLength(name) <= longestName;

/**
 * Where a path is on disk. No name leads upwards and nothing below a space is a symbolic link, so it never leaves it.
 *
 * @throws FileProblem `name`
 */
export function diskPath(root: string, segments: Segments): string {
  if (!segments.every(isName)) throw new FileProblem("name");
  return join(root, ...segments);
}

/**
 * Reads the path part of an address. Empty parts (a slash at the end, two in a row) are left out.
 *
 * @throws FileProblem `name` when it is no text or holds a name that cannot be
 */
export function readSegments(encoded: string): string[] {
  const names = encoded.split("/").filter((part) => part !== "");
  try {
    const decoded = names.map(decodeURIComponent);
    if (!decoded.every(isName)) throw new FileProblem("name");
    return decoded;
  } catch (error) {
    throw error instanceof URIError ? new FileProblem("name") : error;
  }
}

/** The path part of an address, without a slash before or after. */
export const writeSegments = (segments: Segments): string => segments.map(encodeURIComponent).join("/");

/** Whether one path is another or lies below it. */
export const isWithin = (path: Segments, above: Segments): boolean =>
  above.length <= path.length && above.every((name, i) => name === path[i]);

/** A name with a number, for when the name is taken: "brev.txt" becomes "brev (2).txt". */
export function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  const suffix = ` (${number})${ending}`;
  let cut = [...stem];
  while (Buffer.byteLength(cut.join("") + suffix) > longestName) cut = cut.slice(0, -1);
  return cut.join("") + suffix;
}
