export * from "./certificates.ts";
export * from "./derive.ts";
export * from "./errors.ts";
export * from "./mode.ts";
export * from "./outputs.ts";
export * from "./probe.ts";
export * from "./service.ts";
export * from "./workload.ts";
