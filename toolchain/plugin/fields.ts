import { closest, distance } from "fastest-levenshtein";
import type { Problem } from "./provider.ts";
import type { Difference } from "./resource.ts";
import { canonical, holdsUnknown, type Properties, same, unknown, unwrap, type Value } from "./values.ts";

/** What a value looks like. Lists without order are compared as sets. */
export type Shape =
  | { readonly kind: "string"; readonly rule?: (value: string) => string | undefined }
  | { readonly kind: "integer"; readonly rule?: (value: number) => string | undefined }
  | { readonly kind: "boolean" }
  | { readonly kind: "map" }
  | { readonly kind: "list"; readonly of: Shape; readonly ordered: boolean }
  | { readonly kind: "object"; readonly fields: Fields; readonly rule?: (value: Properties) => string | undefined };

/** One property of a resource or of an object in one. */
export interface Field {
  readonly shape: Shape;
  readonly required?: true;
  /** Whether an existing resource can take a new value; else it is replaced. */
  readonly inPlace?: true;
  /** What an absent value means, where that is not "none". */
  readonly fallback?: Value;
  readonly says: string;
}

/** Properties by name. */
export type Fields = { readonly [name: string]: Field };

const typeNames = {
  string: "a string",
  integer: "a whole number",
  boolean: "true or false",
  map: "an object of strings",
};

/** Everything wrong with properties; what is not known yet is not judged. */
export function problems(fields: Fields, given: Properties, path = ""): Problem[] {
  const plain = unwrap(given) as Properties;
  const found: Problem[] = [];
  for (const name of Object.keys(plain)) {
    if (!(name in fields)) found.push({ property: path + name, reason: notCovered(name, fields) });
  }
  for (const [name, { shape, required }] of Object.entries(fields)) {
    const value = plain[name];
    if (value !== undefined && value !== null) found.push(...misshapen(shape, value, path + name));
    else if (required) found.push({ property: path + name, reason: "is required" });
  }
  return found;
}

function notCovered(name: string, fields: Fields): string {
  const names = Object.keys(fields);
  const near = closest(name, names);
  const hint = distance(name, near) <= 2 ? `; did you mean "${near}"?` : `; it has ${names.join(", ")}`;
  return `"${name}" is not covered by planb's own plug-in${hint}`;
}

function misshapen(shape: Shape, value: Value, path: string): Problem[] {
  if (value === unknown) return [];
  const wrong = (reason: string): Problem[] => [{ property: path, reason }];
  const expected = (what: string) => wrong(`expected ${what}, got ${JSON.stringify(value)}`);
  const ruled = (reason: string | undefined): Problem[] =>
    reason === undefined ? [] : wrong(`expected ${reason}, got ${JSON.stringify(value)}`);
  switch (shape.kind) {
    case "string":
      return typeof value === "string" ? ruled(shape.rule?.(value)) : expected(typeNames.string);
    case "integer":
      return Number.isInteger(value) ? ruled(shape.rule?.(value as number)) : expected(typeNames.integer);
    case "boolean":
      return typeof value === "boolean" ? [] : expected(typeNames.boolean);
    case "map":
      if (!isObject(value)) return expected(typeNames.map);
      return Object.entries(value).flatMap(([key, member]) => misshapen({ kind: "string" }, member, `${path}.${key}`));
    case "list":
      if (!Array.isArray(value)) return expected("a list");
      return value.flatMap((item: Value, index) => misshapen(shape.of, item, `${path}[${index}]`));
    case "object": {
      if (!isObject(value)) return expected("an object");
      const inside = problems(shape.fields, value, `${path}.`);
      if (inside.length > 0 || holdsUnknown(value)) return inside;
      const reason = shape.rule?.(value);
      return reason === undefined ? [] : wrong(reason);
    }
  }
}

const isObject = (value: Value): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value in one spelling: fallbacks filled in, sets sorted, empty ones absent. Undefined for "none". */
export function normal({ shape, fallback }: Field, value: Value | undefined): Value | undefined {
  const given = value === undefined || value === null ? fallback : unwrap(value);
  return given === undefined ? undefined : spelled(shape, given);
}

function spelled(shape: Shape, value: Value): Value | undefined {
  if (value === unknown) return value;
  if (shape.kind === "list" && Array.isArray(value)) {
    const items = value.map((item: Value) => spelled(shape.of, item) ?? null);
    if (items.length === 0) return undefined;
    return shape.ordered ? items : [...items].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
  }
  if (shape.kind === "object" && isObject(value)) {
    const members = Object.entries(shape.fields).flatMap(([name, field]) => {
      const member = normal(field, value[name]);
      return member === undefined ? [] : [[name, member] as const];
    });
    return members.length === 0 ? undefined : Object.fromEntries(members);
  }
  if (shape.kind === "map" && isObject(value)) return Object.keys(value).length === 0 ? undefined : value;
  return value;
}

/** Whether two values of a property mean the same. */
export const meansSame = (field: Field, a: Value | undefined, b: Value | undefined): boolean =>
  same(normal(field, a), normal(field, b));

/** The properties that differ between two sets of inputs. A value not known yet differs. */
export function compare(fields: Fields, olds: Properties, news: Properties): Difference[] {
  return Object.entries(fields).flatMap(([property, field]): Difference[] => {
    const [before, after] = [olds[property] ?? null, news[property] ?? null];
    if (meansSame(field, before, after) && !holdsUnknown(after)) return [];
    const kind = before === null ? "add" : after === null ? "delete" : "update";
    return [{ property, kind, replace: field.inPlace !== true }];
  });
}
