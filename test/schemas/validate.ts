import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";

interface SchemaFile {
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: Readonly<Record<string, object>>;
}

const file = JSON.parse(readFileSync(join(import.meta.dirname, "kubernetes.schema.json"), "utf8")) as SchemaFile;
const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
formats.default(ajv);
ajv.addSchema({ $id: "kubernetes", definitions: file.definitions });
const compiled = new Map<string, ValidateFunction>();

/** What the official schema has against a manifest, one line a problem; empty when it is valid. */
export function validateManifest(manifest: unknown): string[] {
  const { apiVersion, kind, metadata } = manifest as { apiVersion: string; kind: string; metadata?: { name?: string } };
  const key = `${apiVersion}/${kind}`;
  const definition = file.kinds[key];
  if (definition === undefined) return [`${key}: no schema; add the kind to test/schemas/extract.ts`];
  const validate = compiled.get(key) ?? ajv.compile({ $ref: `kubernetes#/definitions/${definition}` });
  compiled.set(key, validate);
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map(
    (e) => `${key} ${metadata?.name}: ${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`,
  );
}
