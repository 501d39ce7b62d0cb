export * from "./fields.ts";
export * from "./identity.ts";
export * from "./load.ts";
export * from "./schema.ts";
