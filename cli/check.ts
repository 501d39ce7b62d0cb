import { readdir } from "node:fs/promises";
import { relative } from "node:path";
import { sections } from "../components/index.ts";
import { type CheckedFile, clashes, loadStack, stackFile, stacksFolder } from "../config/index.ts";
import { UserError } from "../model/errors.ts";
import type { Exit } from "./commands.ts";
import { bad, good, print, printJson } from "./output.ts";

/** Names of all stacks: the stack files that there are. */
export async function stackNames(): Promise<string[]> {
  const files = await readdir(stacksFolder()).catch(() => []);
  return files
    .filter((file) => /^[a-z].*\.yaml$/.test(file))
    .map((file) => file.slice(0, -".yaml".length))
    .sort();
}

interface Checked {
  readonly stack: string;
  readonly ok: boolean;
  readonly municipality?: string;
  readonly mode?: string;
  readonly problems: readonly string[];
}

/** `planb check`: reads stack files as `up` would, and changes nothing. */
export async function check(stack: string | undefined, options: { json?: boolean }): Promise<Exit> {
  const names = stack === undefined ? await stackNames() : [stack];
  const configs: CheckedFile[] = [];
  const results: Checked[] = [];
  for (const name of names) {
    try {
      const { config, identity } = await loadStack(name, sections);
      configs.push({ file: relative(process.cwd(), stackFile(name)), config: config as CheckedFile["config"] });
      results.push({ stack: name, ok: true, municipality: identity.municipality, mode: identity.mode, problems: [] });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      results.push({ stack: name, ok: false, problems: error.message.split("\n") });
    }
  }
  // The same port of the same address: two such stacks cannot both be up.
  const together = clashes(configs, sections);
  if (options.json) printJson({ stacks: results, clashes: together });
  else if (results.length === 0) print("no stack file yet; make one with: ./planb new <name>");
  else {
    for (const result of results) {
      if (result.ok) print(`${result.stack}: ${good("fine")}, ${result.municipality}, ${result.mode}`);
      else print(`${result.stack}: ${bad("not yet")}\n${result.problems.map((p) => `  ${p}`).join("\n")}`);
    }
    if (together.length > 0) print(`${bad("not on one host together")}\n${together.map((p) => `  ${p}`).join("\n")}`);
  }
  return results.every((result) => result.ok) && together.length === 0 ? 0 : 1;
}
