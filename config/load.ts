import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { load, YAMLException } from "js-yaml";
import { UserError } from "../model/errors.ts";
import { checkStackName, type StackIdentity, stackIdentity } from "./identity.ts";
import { describeIssues } from "./problems.ts";
import { baseRules } from "./rules.ts";
import { type Sections, type StackConfig, stackSchema } from "./schema.ts";

/** Largest stack file read, in bytes: far above any real one, far below what harms. */
const maxBytes = 256 * 1024;

/** A stack file, checked and complete, and what follows from it for every component. */
export interface LoadedStack<S extends Sections> {
  readonly config: StackConfig<S>;
  readonly identity: StackIdentity;
}

/** Folder of the stack files: `PLANB_STACKS_DIR`, else `stacks/` of the checkout. */
export function stacksFolder(): string {
  return process.env["PLANB_STACKS_DIR"] ?? join(import.meta.dirname, "..", "stacks");
}

/** Path of a stack's file. */
export const stackFile = (name: string): string => join(stacksFolder(), `${checkStackName(name)}.yaml`);

/**
 * Reads and checks a stack file.
 *
 * @param name the stack's name
 * @param sections the services' schemas, see `components/index.ts`
 * @throws UserError with every problem at once: file, path, what is allowed, the value given
 */
export async function loadStack<S extends Sections>(name: string, sections: S): Promise<LoadedStack<S>> {
  const path = stackFile(name);
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError(`${shownPath(path)}: no such stack file; make one with: ./planb new ${name}`);
  });
  const config = parseStack(text, shownPath(path), sections, dirname(path));
  return { config, identity: stackIdentity(name, config as StackConfig) };
}

/** A path as messages show it: short when it is below the working folder. */
export const shownPath = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
};

/**
 * Checks the text of a stack file.
 *
 * @param text YAML
 * @param file its name, for messages
 * @param folder where the files it names lie. Default: the folder of the stack files
 * @throws UserError as {@link loadStack}
 */
export function parseStack<S extends Sections>(
  text: string,
  file: string,
  sections: S,
  folder = stacksFolder(),
): StackConfig<S> {
  if (Buffer.byteLength(text) > maxBytes) {
    throw new UserError(
      `${file}: expected at most ${maxBytes / 1024} KiB, got ${Math.ceil(Buffer.byteLength(text) / 1024)} KiB`,
    );
  }
  const value = parseYaml(text, file);
  const schema = stackSchema(sections);
  const result = schema.safeParse(value);
  const issues = result.success ? [] : describeIssues(schema, value, result.error.issues);
  const broken = baseRules.flatMap((rule) => rule(schema, result.data ?? value, folder));
  if (!result.success || broken.length > 0) {
    const lines = [...issues, ...broken].map((line) => `${file}: ${line}`);
    throw new UserError(`${lines.join("\n")}\nAll settings: docs/stack-file.md`);
  }
  return deepFreeze(result.data) as StackConfig<S>;
}

function parseYaml(text: string, file: string): unknown {
  try {
    return normalise(load(text));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark === undefined ? "" : `:${error.mark.line + 1}:${error.mark.column + 1}`;
    throw new UserError(`${file}${line}: not valid YAML: ${error.reason}`);
  }
}

/** Text in Unicode's composed form, so that the same name is always the same bytes. */
function normalise(value: unknown): unknown {
  if (typeof value === "string") return value.normalize("NFC");
  if (Array.isArray(value)) return value.map(normalise);
  if (value !== null && typeof value === "object" && !(value instanceof Date)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.normalize("NFC"), normalise(item)]));
  }
  return value;
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === "object") {
    for (const item of Object.values(value)) deepFreeze(item);
    Object.freeze(value);
  }
  return value;
}
