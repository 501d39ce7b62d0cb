import { z } from "zod";
import { memoryMiB } from "../../config/fields.ts";

const existingAd = z
  .strictObject({
    memoryMiB: memoryMiB(256),
    cpu: z.number().min(0.1).max(64).default(1).describe("Limit of processor cores. Default: 1"),
    bulkUsers: z
      .int()
      .min(0)
      .max(50_000)
      .default(0)
      .describe("Further made-up people, added when the domain is made. Default: 0"),
    bulkGroups: z
      .int()
      .min(0)
      .max(10_000)
      .default(0)
      .describe("Further made-up groups of them, added when the domain is made. Default: 0"),
  })
  .describe(
    "A Samba AD domain controller with a made-up staff, in the place of a municipality's own. Not for real use",
  );

/** The stack file's section `demo`: what stands in for a real municipality's surroundings. */
export const demoConfig = z
  .strictObject({ existingAd: existingAd.optional() })
  .describe("For demos and tests only: stand-ins for what a municipality already has. Default: none");

/** The section, checked and complete. */
export type DemoConfig = z.infer<typeof demoConfig>;
/** Settings of the demo's domain controller. */
export type ExistingAdConfig = z.infer<typeof existingAd>;
