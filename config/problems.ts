import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import { dotted, keysAt, valueAt } from "./walk.ts";

/** A value as a message shows it: JSON, at most 80 characters. */
export const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

/**
 * Turns the schema's issues into lines an operator can act on: path, what is allowed, the value given, and for an
 * unknown key the one that was probably meant.
 */
export function describeIssues(schema: z.ZodType, value: unknown, issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      const allowed = keysAt(schema, value, issue.path);
      return issue.keys.map((key) => `${dotted([...issue.path, key])}: unknown key${suggestion(key, allowed)}`);
    }
    if (issue.code === "invalid_union" && issue.discriminator !== undefined) {
      return [discriminated(issue, value)];
    }
    if (issue.code === "invalid_key") {
      const words = issue.issues[0] === undefined ? issue.message : expectation(issue.issues[0]);
      return [`${dotted(issue.path)}: as a key, ${words}`];
    }
    const where = dotted(issue.path) || "the file";
    const given = valueAt(value, issue.path);
    if (given === undefined) return [`${where}: required, ${expectation(issue)}`];
    return [`${where}: ${expectation(issue)}, got ${show(given)}`];
  });
}

function discriminated(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const path = issue.path.at(-1) === issue.discriminator ? issue.path : [...issue.path, issue.discriminator ?? ""];
  const options = "options" in issue && Array.isArray(issue.options) ? issue.options : [];
  const words = options.length === 0 ? issue.message : `expected ${options.map((o) => show(o)).join(" or ")}`;
  const given = valueAt(value, path);
  return given === undefined ? `${dotted(path)}: required, ${words}` : `${dotted(path)}: ${words}, got ${show(given)}`;
}

function suggestion(key: string, allowed: readonly string[]): string {
  if (allowed.length === 0) return "";
  const best = closest(key, [...allowed]);
  const near = distance(key, best) <= Math.max(2, Math.floor(key.length / 3));
  return near ? `, did you mean "${best}"?` : `; allowed: ${allowed.join(", ")}`;
}

/** Unit of a size, by what has it. */
const units: Readonly<Record<string, string>> = { string: " characters", array: " entries", set: " entries" };

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected}`;
    case "invalid_value":
      return issue.message.startsWith("Invalid")
        ? `expected ${issue.values.map((v) => JSON.stringify(v)).join(" or ")}`
        : issue.message;
    case "too_small":
      return `expected at least ${issue.minimum}${units[issue.origin] ?? ""}`;
    case "too_big":
      return `expected at most ${issue.maximum}${units[issue.origin] ?? ""}`;
    default:
      return issue.message;
  }
}
