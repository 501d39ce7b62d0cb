import { z } from "zod";
import { type Sections, stackSchema } from "./schema.ts";

/** A JSON Schema (draft 7) as far as the document and editors read it. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/**
 * The stack file's JSON Schema for editors: what a person writes, so that fields with a default are not required.
 *
 * @param sections the services' schemas, see `components/index.ts`
 */
export function jsonSchema(sections: Sections): JsonSchema {
  const schema = z.toJSONSchema(stackSchema(sections), { target: "draft-7", io: "input", reused: "inline" });
  return { ...schema, title: "planb stack file" } as JsonSchema;
}
