import type { buildImages as build } from "./build.ts";

export type { ImageProgress } from "./build.ts";
export * from "./recipe.ts";
export * from "./record.ts";

/** As `build.ts` says; its libraries are loaded when used, so that the Pulumi program starts quickly. */
export const buildImages: typeof build = async (...args) => (await import("./build.ts")).buildImages(...args);
