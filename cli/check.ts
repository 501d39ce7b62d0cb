import { readdir } from "node:fs/promises";
import { expiredCertificate, noPostmaster, sections } from "../components/index.ts";
import { clashes, type LoadedStack, loadStack, shownPath, stackFile, stacksFolder } from "../config/index.ts";
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

type Loaded = Pick<LoadedStack<typeof sections>, "config" | "identity">;

/** Reads a stack file; its problems, a line each, where it has any. */
async function read(name: string): Promise<Loaded | readonly string[]> {
  try {
    return await loadStack(name, sections);
  } catch (error) {
    if (error instanceof UserError) return error.message.split("\n");
    throw error;
  }
}

/** What does not hold up `up`, and yet must be looked at. */
const warningsOf = (name: string, { config }: Loaded): readonly string[] => {
  const all = [expiredCertificate(name, config.edge.certificate), noPostmaster(config.mail)];
  return all.filter((warning) => warning !== undefined);
};

const shown = (name: string): string => shownPath(stackFile(name));

const isLoaded = (read: Loaded | readonly string[] | undefined): read is Loaded =>
  read !== undefined && !Array.isArray(read);

/** `planb check`: reads stack files as `up` would, compares them with each other, and changes nothing. */
export async function check(stack: string | undefined, options: { json?: boolean }): Promise<Exit> {
  const all = await stackNames();
  const names = stack === undefined ? all : [stack];
  const everything = new Map(
    await Promise.all([...new Set([...all, ...names])].map(async (name) => [name, await read(name)] as const)),
  );
  const results = names.map((name) => {
    const found = everything.get(name);
    if (!isLoaded(found)) return { stack: name, ok: false, problems: found ?? [] };
    const others = all
      .filter((other) => other !== name)
      .map((other) => ({ name: other, found: everything.get(other) }));
    const files = [...others, { name, found }].flatMap((file) =>
      isLoaded(file.found) ? [{ file: shown(file.name), config: file.found.config }] : [],
    );
    const problems = clashes(files, sections).filter((line) => line.startsWith(`${shown(name)}:`));
    const { municipality, mode } = found.identity;
    const warnings = warningsOf(name, found);
    return { stack: name, ok: problems.length === 0, municipality, mode, problems, warnings };
  });
  if (options.json) printJson(results);
  else if (results.length === 0)
    print(`no stack file in ${shownPath(stacksFolder())}; make one with: ./planb new <name>`);
  else {
    for (const result of results) {
      if (result.ok) print(`${result.stack}: ${good("fine")}, ${result.municipality}, ${result.mode}`);
      else print(`${result.stack}: ${bad("not yet")}\n${result.problems.map((p) => `  ${p}`).join("\n")}`);
      for (const warning of result.warnings ?? []) print(`  warning: ${warning}`);
    }
  }
  // Nothing to check is no success: the folder is likely another than meant.
  return results.length > 0 && results.every((result) => result.ok) ? 0 : 1;
}
