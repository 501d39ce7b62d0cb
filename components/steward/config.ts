import { z } from "zod";
import { memoryMiB } from "../../config/fields.ts";

/** The stack file's section `steward`. */
export const stewardConfig = z
  .strictObject({
    memoryMiB: memoryMiB(256),
    cpu: z.number().min(0.1).max(64).default(1).describe("Limit of processor cores. Default: 1"),
    probeEverySeconds: z
      .int()
      .min(5)
      .max(3600)
      .default(60)
      .describe("Seconds between two rounds of probes, which the start page and the status show. Default: 60"),
    realmEverySeconds: z
      .int()
      .min(30)
      .max(86_400)
      .default(600)
      .describe(
        "Seconds between two looks at the login's realm; what was changed there by hand is undone. Default: 600",
      ),
  })
  .prefault({})
  .describe("The steward: the small program that keeps the stack true while it runs");

/** The section, checked and complete. */
export type StewardConfig = z.infer<typeof stewardConfig>;
