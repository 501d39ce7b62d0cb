import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sections } from "../components/index.ts";
import { stackFileDocument } from "../config/document.ts";
import { jsonSchema } from "../config/index.ts";
import { thirdParty } from "./third-party.ts";

const root = join(import.meta.dirname, "..");

/** The pages and files that are printed from the source: path in the checkout, and its text. */
export function printed(): Readonly<Record<string, string>> {
  const schema = jsonSchema(sections);
  return {
    "stacks/planb.schema.json": `${JSON.stringify(schema, null, 2)}\n`,
    "docs/stack-file.md": stackFileDocument(schema),
    "docs/third-party.md": thirdParty(root),
  };
}

/** The text of a file of the checkout; empty when there is none. */
export function current(path: string): string {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return "";
  }
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries(printed())) {
    if (current(path) === text) continue;
    writeFileSync(join(root, path), text);
    console.log(`printed ${path}`);
  }
}
