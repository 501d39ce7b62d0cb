import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { sections } from "../components/index.ts";
import { checkStackName, jsonSchema, parseStack, stackFile } from "../config/index.ts";
import { UserError } from "../model/errors.ts";
import { askText, interactive } from "./ask.ts";
import type { Exit } from "./commands.ts";
import { print } from "./output.ts";
import { root } from "./paths.ts";
import { missingSettings, type Required, stackFileText, type Values, withSetting } from "./template.ts";

/** What `planb new` was told on its command line. */
export interface NewOptions {
  readonly municipality?: string;
  readonly domain?: string;
  readonly address?: string;
  readonly set?: readonly string[];
}

/** Flags for the settings that every stack file has. */
const flags: Readonly<Record<string, string>> = {
  municipality: "--municipality",
  domain: "--domain",
  "host.address": "--address",
};

/** `planb new`: makes a stack file by questions or flags, checked before it is written; never overwrites one. */
export async function newStack(given: string | undefined, options: NewOptions): Promise<Exit> {
  const name = checkStackName(given ?? (await askText("Name of the stack, e.g. ringsted", "its name", isStackName)));
  const file = stackFile(name);
  if (existsSync(file)) throw new UserError(`${file}: there is a stack of this name already; nothing was written`);
  const schema = jsonSchema(sections);
  let values = fromFlags(options);
  if (interactive()) {
    for (const missing of missingSettings(schema, values)) {
      values = withSetting(values, missing.path.split("."), await ask(missing));
    }
  }
  refuseMissing(missingSettings(schema, values));
  const folder = dirname(file);
  const schemaPath = relative(folder, join(root, "stacks", "planb.schema.json"));
  const text = stackFileText(schema, values, schemaPath, ["demo"]);
  // What was given, not only what the template knows of it, so that an unknown setting is told.
  parseStack(JSON.stringify(values), `${name}.yaml`, sections, folder);
  parseStack(text, `${name}.yaml`, sections, folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text, { flag: "wx" });
  print(`${relative(process.cwd(), file)} is written and checked.`);
  print(`Next: read through it, then ./planb init ${name} and ./planb up ${name}`);
  return 0;
}

function isStackName(value: string): true | string {
  try {
    checkStackName(value);
    return true;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function fromFlags({ municipality, domain, address, set = [] }: NewOptions): Values {
  let values: Values = {};
  const plain = { municipality, domain, "host.address": address };
  for (const [path, value] of Object.entries(plain)) {
    if (value !== undefined) values = withSetting(values, path.split("."), value);
  }
  for (const item of set) {
    const [path, value] = /^([A-Za-z][\w.]*)=(.*)$/s.exec(item)?.slice(1) ?? [];
    if (path === undefined || value === undefined) {
      throw new UserError(`--set ${item}: expected a setting and its value, e.g. host.httpsPort=8443`);
    }
    values = withSetting(values, path.split("."), parseValue(item, value));
  }
  return values;
}

/** A value as the stack file would read it: 8443 is a number, [a, b] a list. */
function parseValue(item: string, value: string): unknown {
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof YAMLParseError) throw new UserError(`--set ${item}: not valid YAML: ${error.message}`);
    throw error;
  }
}

async function ask({ path, schema }: Required): Promise<unknown> {
  const text = schema.description ?? path;
  const answer = await askText(`${text}\n  ${path}:`, flags[path] ?? `--set ${path}=...`, (value) =>
    value.trim() === "" ? "this one has no default" : true,
  );
  return schema.type === "string" ? answer : parseValue(path, answer);
}

function refuseMissing(missing: readonly Required[]): void {
  if (missing.length === 0) return;
  const lines = missing.map(({ path, schema }) =>
    `  ${flags[path] ?? `--set ${path}=`}  ${schema.description ?? ""}`.trimEnd(),
  );
  throw new UserError(`these settings have no default and were not given:\n${lines.join("\n")}`);
}
