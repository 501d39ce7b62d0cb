import { stringify } from "yaml";
import type { JsonSchema } from "../config/index.ts";

/** Settings by key, nested as in the stack file. */
export type Values = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as YAML on one line: JSON is YAML too, and keeps lists of objects short. */
const inline = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? JSON.stringify(value)
    : stringify(value, { lineWidth: 0, blockQuote: false }).trim();

/** Breaks a description into comment lines of at most 100 characters. */
function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 100) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}# ${word}`);
  }
  return lines;
}

/** A setting that is given stands as it is; one with a default stands as a comment, ready to be taken in. */
function field(key: string, schema: JsonSchema, value: unknown, indent: string): string[] {
  const described = schema.description === undefined ? [] : comment(schema.description, indent);
  if (isObject(value) && schema.properties !== undefined) {
    return [...described, `${indent}${key}:`, ...fields(schema, value, `${indent}  `)];
  }
  if (value !== undefined) return [...described, `${indent}${key}: ${inline(value)}`];
  if (schema.properties !== undefined) {
    const below = fields(schema, {}, "").map((line) => `${indent}#   ${line.replace(/^# ?/, "")}`.trimEnd());
    return [...described, `${indent}# ${key}:`, ...below];
  }
  const example = schema.default === undefined ? "" : ` ${inline(schema.default)}`;
  return [...described, `${indent}# ${key}:${example}`];
}

function fields(schema: JsonSchema, values: Values, indent: string): string[] {
  const known = Object.entries(schema.properties ?? {});
  return known.flatMap(([key, property]) => field(key, property, values[key], indent));
}

/**
 * The text of a new stack file: what was given, and every other setting as a comment with its default.
 *
 * @param schema of the whole stack file
 * @param schemaPath path of the schema file from the stack file, for editors
 * @param hidden keys that a real municipality never writes
 */
export function stackFileText(
  schema: JsonSchema,
  values: Values,
  schemaPath: string,
  hidden: readonly string[] = [],
): string {
  const known = Object.entries(schema.properties ?? {}).filter(([key]) => !hidden.includes(key));
  const blocks = known.map(([key, property]) => field(key, property, values[key], "").join("\n"));
  const head = [
    `# yaml-language-server: $schema=${schemaPath}`,
    "# Lines that begin with # and a setting are the defaults. All settings: docs/stack-file.md of planb.",
    "# No secret stands here; ./planb init keeps them encrypted.",
  ].join("\n");
  return `${[head, ...blocks].join("\n\n")}\n`;
}

/** A setting that must be given. */
export interface Required {
  /** E.g. "host.address". */
  readonly path: string;
  readonly schema: JsonSchema;
}

/** The settings that have no default and are not given, in the order of the file. */
export function missingSettings(schema: JsonSchema, values: Values, path = ""): Required[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const here = path === "" ? key : `${path}.${key}`;
    const value = values[key];
    if (property.properties !== undefined && (required.has(key) || isObject(value))) {
      return missingSettings(property, isObject(value) ? value : {}, here);
    }
    return required.has(key) && value === undefined ? [{ path: here, schema: property }] : [];
  });
}

/** Settings with one more, by its path; the rest is shared. */
export function withSetting(values: Values, path: readonly string[], value: unknown): Values {
  const [key, ...rest] = path;
  if (key === undefined) return values;
  const below = values[key];
  return { ...values, [key]: rest.length === 0 ? value : withSetting(isObject(below) ? below : {}, rest, value) };
}
