import { z } from "zod";
import { memoryMiB } from "../../config/fields.ts";

/** The section `access` of the stack file. */
export const accessConfig = z
  .strictObject({
    addressFailures: z
      .int()
      .min(5)
      .max(10_000)
      .default(60)
      .describe(
        "Wrong passwords from one address, within `sso.lockout.minutes`, after which it waits; a whole office may share one. Default: 60",
      ),
    memoryMiB: memoryMiB(96),
  })
  .prefault({})
  .describe(
    "The check of passwords for mail, calendar and files; how many wrong ones a person has is `sso.lockout`, one count for all",
  );

/** The checked section `access`. */
export type AccessConfig = z.infer<typeof accessConfig>;
