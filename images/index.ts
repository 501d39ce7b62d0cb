export * from "./build.ts";
export * from "./recipe.ts";
export * from "./record.ts";
