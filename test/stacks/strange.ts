import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";

/** A setting of the stack file and a value nobody would choose. */
export interface StrangeSetting {
  /** Keys from the top of the file. */
  readonly path: readonly string[];
  readonly value: unknown;
}

/** What zod's schemas hold at run time, as far as we look. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly entries?: Readonly<Record<string, string>>;
  readonly options?: readonly z.ZodType[];
  readonly values?: readonly unknown[];
}

const definition = (schema: z.ZodType): Definition => schema.def as unknown as Definition;

/** Values that some text setting takes, from the most to the least telling. */
export const strangeTexts = [
  `Sælsom "værdi" & søn's, 7`,
  "saelsom-vaerdi.example.dk",
  "ldaps://saelsom-vaerdi.example.dk:7636",
  "https://saelsom-vaerdi.example.dk/sti",
  "saelsom-vaerdi@example.dk",
  "CN=Sælsom Værdi,OU=Konti,DC=saelsom,DC=example",
  "192.0.2.177",
  "192.0.2.0/27",
  "saelsom-vaerdi",
  "saelsom_vaerdi",
  "saelsom77",
  "saelsom.pem",
  "(saelsom=vaerdi)",
  "77777777-7777-4777-8777-777777777777",
  "#1a2b3c",
  "+4577777777",
  "77:77",
];
const numbers = [7777, 777, 177, 77, 47, 17, 7, 3, 2, 1, 0.7, 0.3];

/**
 * Every setting of a schema with a strange value for it that the schema takes; settings of absent optional objects too.
 *
 * @param current the setting's value in a complete stack file: a strange value is never that
 * @throws when no value is found; add one above
 */
export function strangeSettings(schema: z.ZodType, current: unknown, path: readonly string[] = []): StrangeSetting[] {
  const { type, innerType, in: input, shape } = definition(schema);
  const inner = innerType ?? input;
  if (inner !== undefined) return strangeSettings(inner, current, path);
  if (type === "object" && shape !== undefined) {
    return Object.entries(shape).flatMap(([key, child]) =>
      strangeSettings(child, (current as Record<string, unknown> | undefined)?.[key], [...path, key]),
    );
  }
  const values = strange(schema).filter((v) => !isDeepStrictEqual(v, current));
  if (values.length === 0) throw new Error(`${path.join(".")}: no strange value for a setting of type ${type}`);
  // Of a union of objects every one is tried: each stands for another way of doing it.
  const tried = type === "union" && values.every((v) => typeof v === "object") ? values : values.slice(0, 1);
  return tried.map((value) => ({ path, value }));
}

/** Values a schema takes, the strangest first. */
function strange(schema: z.ZodType): unknown[] {
  const { type, innerType, in: input, shape, element, valueType, entries, options, values } = definition(schema);
  const inner = innerType ?? input;
  const candidates = (): unknown[] => {
    if (inner !== undefined) return strange(inner);
    switch (type) {
      case "boolean":
        return [true, false];
      case "number": {
        const { minValue, maxValue } = schema as z.ZodNumber;
        return [...numbers, (minValue ?? 0) + 7, (maxValue ?? 0) - 7, minValue, maxValue];
      }
      case "enum":
        return Object.values(entries ?? {});
      case "literal":
        return [...(values ?? [])];
      case "union":
        return (options ?? []).flatMap(strange);
      case "array":
        return element ? strange(element).flatMap((v) => [[v], [v, v, v]]) : [];
      case "record":
        return valueType ? strange(valueType).flatMap((v) => strangeTexts.map((key) => ({ [key]: v }))) : [];
      case "object":
        return [Object.fromEntries(Object.entries(shape ?? {}).map(([key, child]) => [key, strange(child)[0]]))];
      default:
        return strangeTexts;
    }
  };
  return candidates().filter((value) => schema.safeParse(value).success);
}
