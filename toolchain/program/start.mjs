// The entry that package.json names: runs index.ts from its sources as they are now. They are bundled once per content, so
// that neither tsx nor hundreds of files have to be loaded in each of an update's two runs of the program.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const require = createRequire(join(root, "index.ts"));
const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "planb", "program");
const listFile = join(cache, `${createHash("sha256").update(root).digest("hex").slice(0, 16)}.json`);

/**
 * Name of the bundle of these files: by their contents as they are now, or as they were when they were bundled. Of the
 * hundreds in packages the size and time of change are enough.
 */
function keyOf(files, bundled = new Map()) {
  const hash = createHash("sha256").update(`${root}\0`);
  for (const file of files) {
    const content = bundled.get(file) ?? (file.includes("node_modules/") ? stamp : read)(join(root, file));
    hash.update(`${file} ${content?.length ?? "gone"}\0`).update(content ?? "");
  }
  return hash.digest("hex").slice(0, 16);
}

function read(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function stamp(file) {
  const { size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return `${size} ${mtimeMs}`;
}

/** The files of the last bundle of this checkout, all that it was made from. Another content of one gives another key. */
function knownFiles() {
  try {
    return JSON.parse(readFileSync(listFile, "utf8"));
  } catch {
    return undefined;
  }
}

/** A bundle that is used is not among those forgotten first. */
function markUsed(folder) {
  try {
    utimesSync(folder, new Date(), new Date());
  } catch {
    // A cache that cannot be written to, or that another run tidies just now.
  }
}

async function bundle() {
  const files = knownFiles();
  const known = files && join(cache, keyOf(files), "program.cjs");
  if (known && existsSync(known)) {
    markUsed(dirname(known));
    return known;
  }
  const { makeBundle } = await import("./bundle.mjs");
  return makeBundle({ root, cache, listFile, keyOf });
}

// The SDK notes a stack with each promise, for its report of those that never end, and with each resource, for its place in
// the program, which is a line of the bundle here. They are errors without a message; spelling them out, and looking their
// lines up in source maps, is a fifth of the program's time, so only that report has them when it is asked for. Errors that
// say something are told by the lines of the sources.
const mapped = Error.prepareStackTrace;
const isNote = (error) => !error.message && error.constructor === Error && !process.env["PULUMI_DEBUG_PROMISE_LEAKS"];
Error.prepareStackTrace = (error, frames) => {
  if (isNote(error)) return String(error);
  return mapped?.(error, frames) ?? [String(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
};

const { runCached } = require("./toolchain/cached.cjs");
export default runCached(await bundle(), require).default;
