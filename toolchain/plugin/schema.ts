import type { Field, Fields, Shape } from "./fields.ts";

/** A resource for the package schema. */
export interface SchemaResource {
  readonly fields: Fields;
  /** What it has besides its inputs, all strings. */
  readonly outputs: readonly string[];
}

/** The package schema that Pulumi's tools read, in JSON: exactly what the plug-in covers. */
export function packageSchema(
  name: string,
  version: string,
  resources: Readonly<Record<string, SchemaResource>>,
): string {
  const types: Record<string, unknown> = {};
  const rendered = Object.entries(resources).map(([token, { fields, outputs }]) => {
    const [pkg, path] = [token.split(":")[0], token.split(":")[1]];
    const module = path?.split("/")[0];
    const base = token.split(":").at(-1);
    const inputProperties = properties(fields, (property, shape) => {
      const typeName = `${base}${property[0]?.toUpperCase()}${property.slice(1)}`;
      const typeToken = `${pkg}:${module}/${typeName}:${typeName}`;
      types[typeToken] = { type: "object", properties: properties(shape.fields), required: required(shape.fields) };
      return { $ref: `#/types/${typeToken}` };
    });
    const own = Object.fromEntries(outputs.map((output) => [output, { type: "string" }]));
    return [
      token,
      {
        properties: { ...inputProperties, ...own },
        required: required(fields),
        inputProperties,
        requiredInputs: required(fields),
      },
    ];
  });
  // How the folders in tokens like docker:index/network:Network are read.
  const meta = { moduleFormat: "(.*)(?:/[^/]*)" };
  return JSON.stringify({ name, version, meta, types, resources: Object.fromEntries(rendered), provider: {} });
}

type Reference = (property: string, shape: Extract<Shape, { kind: "object" }>) => object;

function properties(fields: Fields, reference?: Reference): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([property, { shape, says }]: [string, Field]) => [
      property,
      { ...typeOf(shape, property, reference), description: says },
    ]),
  );
}

function typeOf(shape: Shape, property: string, reference: Reference | undefined): object {
  if (shape.kind === "map") return { type: "object", additionalProperties: { type: "string" } };
  if (shape.kind === "list") return { type: "array", items: typeOf(shape.of, property, reference) };
  if (shape.kind !== "object") return { type: shape.kind };
  if (reference === undefined) throw new Error(`${property}: objects inside objects have no name in the schema yet`);
  return reference(property, shape);
}

const required = (fields: Fields): string[] =>
  Object.entries(fields).flatMap(([name, field]) => (field.required ? [name] : []));
