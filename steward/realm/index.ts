export * from "./config.ts";
export { type DesiredRealm, desiredRealm } from "./desired/index.ts";
export * from "./errors.ts";
export * from "./keeper.ts";
