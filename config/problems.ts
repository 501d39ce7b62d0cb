import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";

/** Keys allowed at a path of a schema; empty where the schema has no closed object there. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown = schema;
  for (const step of path) current = child(unwrap(current), step);
  const shape = (unwrap(current) as { shape?: Record<string, unknown> } | undefined)?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}

/** Takes off defaults, optionals and the like. */
function unwrap(schema: unknown): unknown {
  let current = schema as { def?: { innerType?: unknown; in?: unknown } } | undefined;
  while (current?.def?.innerType !== undefined || current?.def?.in !== undefined) {
    current = (current.def.innerType ?? current.def.in) as typeof current;
  }
  return current;
}

function child(schema: unknown, step: PropertyKey): unknown {
  const { shape, def } = (schema ?? {}) as {
    shape?: Record<string, unknown>;
    def?: { element?: unknown; valueType?: unknown };
  };
  return shape?.[String(step)] ?? def?.element ?? def?.valueType;
}

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

const dotted = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${String(step)}` : String(step)),
    "",
  );

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((current, step) => (current as Record<PropertyKey, unknown> | undefined)?.[step], value);

/**
 * Turns the schema's issues into lines an operator can act on: path, what is allowed, the value given, and for an
 * unknown key the one that was probably meant.
 */
export function describeIssues(schema: z.ZodType, value: unknown, issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      const allowed = keysAt(schema, issue.path);
      return issue.keys.map((key) => `${dotted([...issue.path, key])}: unknown key${suggestion(key, allowed)}`);
    }
    const where = dotted(issue.path) || "the file";
    const given = valueAt(value, issue.path);
    if (given === undefined) return [`${where}: required, ${expectation(issue)}`];
    return [`${where}: ${expectation(issue)}, got ${show(given)}`];
  });
}

function suggestion(key: string, allowed: readonly string[]): string {
  if (allowed.length === 0) return "";
  const best = closest(key, [...allowed]);
  const near = distance(key, best) <= Math.max(2, Math.floor(key.length / 3));
  return near ? `, did you mean "${best}"?` : `; allowed: ${allowed.join(", ")}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected}`;
    case "invalid_value":
      return `expected ${issue.values.map((v) => JSON.stringify(v)).join(" or ")}`;
    case "too_small":
      return `expected at least ${issue.minimum}${issue.origin === "string" ? " characters" : ""}`;
    case "too_big":
      return `expected at most ${issue.maximum}${issue.origin === "string" ? " characters" : ""}`;
    default:
      return issue.message;
  }
}
