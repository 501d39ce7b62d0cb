export * from "./fields.ts";
export * from "./identity.ts";
export * from "./json-schema.ts";
export * from "./load.ts";
export { type CheckedFile, clashes } from "./rules.ts";
export * from "./schema.ts";
