// What programs of resources use of @pulumi/pulumi. Left out: the automation interface, dynamic providers and functions
// turned into text, for which the whole package loads npm's resolver and the TypeScript compiler, a third of a second.
export * as asset from "@pulumi/pulumi/asset/index.js";
export * from "@pulumi/pulumi/config.js";
export * from "@pulumi/pulumi/errors.js";
export * from "@pulumi/pulumi/invoke.js";
export * as log from "@pulumi/pulumi/log/index.js";
export * from "@pulumi/pulumi/metadata.js";
export * from "@pulumi/pulumi/output.js";
export * from "@pulumi/pulumi/resource.js";
export * from "@pulumi/pulumi/stackReference.js";
export * as utils from "@pulumi/pulumi/utils.js";
export * as runtime from "./sdk-runtime.mjs";
