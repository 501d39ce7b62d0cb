import type { JsonSchema } from "./json-schema.ts";

/** One line of a section's table. */
interface Row {
  readonly path: string;
  readonly meaning: string;
  readonly allowed: string;
  readonly fallback: string;
}

const code = (value: unknown): string => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

/** Text for a cell of a Markdown table. */
const cell = (text: string): string => text.replace(/\|/g, "\\|").replace(/\s*\n\s*/g, " ");

/** The words before and after "Default:" in a description. */
function words(schema: JsonSchema): { readonly meaning: string; readonly fallback: string | undefined } {
  const match = /^([\s\S]*?)\.?\s*Default: ([\s\S]+?)\.?$/.exec(schema.description ?? "");
  return { meaning: match?.[1] ?? schema.description ?? "", fallback: match?.[2] };
}

const formats: Readonly<Record<string, string>> = {
  uri: "address",
  email: "mail address",
  ipv4: "IPv4 address",
  ipv6: "IPv6 address",
  cidrv4: "IPv4 network",
  cidrv6: "IPv6 network",
  uuid: "UUID",
};

function range(low: number | undefined, high: number | undefined, unit: string): string {
  const most = high === undefined || high >= Number.MAX_SAFE_INTEGER ? undefined : high;
  const least = low === undefined || low <= Number.MIN_SAFE_INTEGER ? undefined : low;
  if (unit === " entries" && least === 1 && most === undefined) return ", not empty";
  if (least !== undefined && most !== undefined) return `, ${least} to ${most}${unit}`;
  if (least !== undefined) return `, at least ${least}${unit}`;
  return most === undefined ? "" : `, at most ${most}${unit}`;
}

/** Type and allowed values in words. */
export function allowed(schema: JsonSchema): string {
  const branches = schema.oneOf ?? schema.anyOf;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  if (branches !== undefined) return [...new Set(branches.map(allowed))].join(" or ");
  switch (schema.type) {
    case "string":
      return `${formats[schema.format ?? ""] ?? "text"}${range(undefined, schema.maxLength, " characters")}`;
    case "integer":
      return `whole number${range(schema.minimum, schema.maximum, "")}`;
    case "number":
      return `number${range(schema.minimum, schema.maximum, "")}`;
    case "boolean":
      return "`true`, `false`";
    case "array":
      return `list of ${allowed(schema.items ?? {})}${range(schema.minItems, schema.maxItems, " entries")}`;
    case "object":
      return schema.properties === undefined ? `map of ${allowed(mapValue(schema))}` : "section";
    default:
      return "anything";
  }
}

const mapValue = (schema: JsonSchema): JsonSchema =>
  typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};

function fallbackOf(schema: JsonSchema, required: boolean): string {
  const { fallback } = words(schema);
  if (fallback !== undefined) return fallback;
  if (required) return "**required**";
  if (schema.default === undefined) return "not set";
  return typeof schema.default === "object" && schema.default !== null ? "" : code(schema.default);
}

/** Rows of a field and of all below it. */
function rows(path: string, schema: JsonSchema, required: boolean): Row[] {
  const own: Row = {
    path,
    meaning: words(schema).meaning,
    allowed: allowed(schema),
    fallback: fallbackOf(schema, required),
  };
  return [own, ...below(path, schema)];
}

function below(path: string, schema: JsonSchema): Row[] {
  if (schema.properties !== undefined) {
    const required = new Set(schema.required);
    return Object.entries(schema.properties).flatMap(([key, field]) =>
      rows(path === "" ? key : `${path}.${key}`, field, required.has(key)),
    );
  }
  if (schema.type === "array" && schema.items !== undefined) return below(`${path}[]`, schema.items);
  if (typeof schema.additionalProperties === "object") return below(`${path}.<key>`, schema.additionalProperties);
  return (schema.oneOf ?? schema.anyOf ?? []).flatMap((option) => variant(path, option));
}

/** A branch of a union that tells by a constant field (`kind: file`) which one it is. */
function variant(path: string, option: JsonSchema): Row[] {
  const [name, value] = Object.entries(option.properties ?? {}).find(([, field]) => field.const !== undefined) ?? [];
  if (name === undefined || value === undefined) return below(path, option);
  const head: Row = {
    path: `${path}: {${name}: ${String(value.const)}}`,
    meaning: option.description ?? "",
    allowed: "one way",
    fallback: "",
  };
  return [head, ...below(path, option).filter((row) => row.path !== `${path}.${name}`)];
}

const table = (list: readonly Row[]): string[] => [
  "| setting | meaning | allowed | default |",
  "| --- | --- | --- | --- |",
  ...list.map((row) => `| \`${row.path}\` | ${[row.meaning, row.allowed, row.fallback].map(cell).join(" | ")} |`),
  "",
];

/**
 * The page docs/stack-file.md: every setting with meaning, type, allowed values and default.
 *
 * @param schema see `jsonSchema`
 */
export function stackFileDocument(schema: JsonSchema): string {
  const fields = Object.entries(schema.properties ?? {});
  const required = new Set(schema.required);
  const isSection = ([, field]: (typeof fields)[number]) => field.properties !== undefined;
  const top = fields
    .filter((entry) => !isSection(entry))
    .flatMap(([key, field]) => rows(key, field, required.has(key)));
  const sections = fields
    .filter(isSection)
    .flatMap(([key, field]) => [
      `## ${key}`,
      "",
      `${(field.description ?? "").replace(/\.$/, "")}.${required.has(key) ? " **Required.**" : ""}`,
      "",
      ...table(below(key, field)),
    ]);
  return [
    "# The stack file",
    "",
    "Printed from the schema by `npm run docs`; do not edit by hand.",
    "",
    "One YAML file a municipality, `stacks/<name>.yaml`; `<name>` is the stack's name. Its first line",
    "`# yaml-language-server: $schema=planb.schema.json` lets an editor complete and check it; `./planb check [name]` checks",
    "it as `pulumi up` does. The file is closed: an unknown setting is an error. Secrets never stand here, see",
    "[operate.md](operate.md).",
    "",
    "## At the top",
    "",
    ...table(top),
    ...sections,
  ].join("\n");
}
