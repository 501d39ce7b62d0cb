import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { benchmarksDocument } from "../bench/docs.ts";
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
    "docs/decisions/README.md": decisions(),
    "docs/benchmarks.md": benchmarksDocument(),
  };
}

function decisions(): string {
  const files = readdirSync(join(root, "docs/decisions"))
    .filter((file) => /^\d{4}-.*\.md$/.test(file))
    .sort();
  const lines = files.map((file) => {
    const title = /^# (.*)/.exec(current(`docs/decisions/${file}`))?.[1] ?? file;
    return `- [${title}](${file})`;
  });
  return [
    "# Decisions",
    "",
    "One page a decision: context, decision, consequences (the bad ones too), status. A decision that no longer holds is not",
    "rewritten: a later one replaces it and says so. This list is printed by `npm run docs`.",
    "",
    ...lines,
    "",
  ].join("\n");
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
