import type { z } from "zod";

/** What the rules read of a schema, whatever zod wraps around it. */
interface Node {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly meta?: () => Readonly<Record<string, unknown>> | undefined;
  readonly def?: {
    readonly type?: string;
    readonly innerType?: unknown;
    readonly in?: unknown;
    readonly element?: unknown;
    readonly valueType?: unknown;
    readonly options?: readonly unknown[];
    readonly discriminator?: string;
    readonly values?: readonly unknown[];
  };
}

/** A place in a stack file and the value there. */
export interface Found {
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
}

/** Takes off defaults, optionals and the like. */
function unwrap(schema: unknown): Node {
  let current = schema as Node | undefined;
  while (current?.def?.innerType !== undefined || current?.def?.in !== undefined) {
    current = (current.def.innerType ?? current.def.in) as Node;
  }
  return current ?? {};
}

const fieldOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;

/** The branch of a union that a value means: by its discriminator, else the one that knows most of its keys. */
function branch(node: Node, value: unknown): Node {
  const { options, discriminator } = node.def ?? {};
  if (options === undefined) return node;
  const nodes = options.map(unwrap);
  if (discriminator !== undefined) {
    const wanted = fieldOf(value, discriminator);
    const match = nodes.find(({ shape }) => unwrap(shape?.[discriminator]).def?.values?.includes(wanted));
    return match ?? {};
  }
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const known = ({ shape }: Node) => keys.filter((key) => shape?.[key] !== undefined).length;
  return nodes.reduce((best, next) => (known(next) > known(best) ? next : best), nodes[0] ?? {});
}

/** The closed object, list or map that a value at this place is taken for. */
const container = (schema: unknown, value: unknown): Node => branch(unwrap(schema), value);

const child = ({ shape, def }: Node, step: PropertyKey): unknown =>
  shape?.[String(step)] ?? def?.element ?? def?.valueType;

/** Keys allowed at a path of a schema, for the value given; empty where the schema has no closed object there. */
export function keysAt(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): string[] {
  let node: unknown = schema;
  let current = value;
  for (const step of path) {
    node = child(container(node, current), step);
    current = fieldOf(current, step);
  }
  return Object.keys(container(node, current).shape ?? {});
}

/** The value at a path; undefined where there is none. */
export const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((current, step) => fieldOf(current, step), value);

function isMarked(schema: unknown, mark: string): boolean {
  for (let node = schema as Node | undefined; node !== undefined; ) {
    if (node.meta?.()?.[mark] === true) return true;
    node = (node.def?.innerType ?? node.def?.in) as Node | undefined;
  }
  return false;
}

/**
 * Every given value whose field carries a mark, see `fields.ts`.
 *
 * @param mark key of the field's metadata, e.g. "hostPort"
 */
export function marked(schema: unknown, value: unknown, mark: string, path: readonly PropertyKey[] = []): Found[] {
  if (value === undefined || value === null) return [];
  if (isMarked(schema, mark)) return [{ path, value }];
  if (typeof value !== "object") return [];
  const node = container(schema, value);
  const entries: [PropertyKey, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([step, item]) => {
    const next = child(node, step);
    return next === undefined ? [] : marked(next, item, mark, [...path, step]);
  });
}

/** A path as people write it, e.g. `directory.controllers[0].host`. */
export const dotted = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${String(step)}` : String(step)),
    "",
  );
