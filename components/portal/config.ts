import { z } from "zod";
import { displayText, memoryMiB } from "../../config/fields.ts";

/** The section `portal` of the stack file. */
export const portalConfig = z
  .strictObject({
    help: z
      .strictObject({
        phone: z
          .string()
          .regex(/^\+?[0-9][0-9 ]{2,20}$/, { error: 'expected a telephone number like "57 62 62 62"' })
          .optional()
          .describe("Telephone number of the IT support. Default: none is shown"),
        mail: z
          .email({ error: "expected a mail address" })
          .optional()
          .describe("Mail address of the IT support. Default: none is shown"),
        hours: displayText().optional().describe('When somebody answers, e.g. "Hverdage kl. 7-16". Default: not shown'),
        text: z
          .string()
          .max(500)
          .optional()
          .describe("A sentence or two to those who need help, in the language of the municipality. Default: none"),
      })
      .prefault({})
      .describe("Whom to call"),
    memoryMiB: memoryMiB(96),
  })
  .prefault({})
  .describe("The start page");

/** The checked section `portal`. */
export type PortalConfig = z.infer<typeof portalConfig>;
