// The parts of @pulumi/pulumi/runtime that sdk.mjs needs.
export * from "@pulumi/pulumi/runtime/config.js";
export * from "@pulumi/pulumi/runtime/invoke.js";
export * from "@pulumi/pulumi/runtime/resource.js";
export * from "@pulumi/pulumi/runtime/rpc.js";
export * from "@pulumi/pulumi/runtime/settings.js";
export * from "@pulumi/pulumi/runtime/stack.js";
