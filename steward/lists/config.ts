import { z } from "zod";

const groups = (who: string) =>
  z.array(z.string().min(1)).default([]).describe(`Groups of ${who}, by their name in the existing directory.`);

/** What the steward reads from `/config/lists.json`: which groups are what to which mailing list. */
export const listsDutySchema = z.strictObject({
  url: z.string().default("https://lists:8443").describe("Where the lists' program answers."),
  tokenFile: z.string().default("/config/secrets/lists-token").describe("File with the steward's token there."),
  caFile: z.string().default("/config/ca.pem").describe("Its certificate authority, PEM."),
  everySeconds: z.number().int().min(5).default(300).describe("Pause between two turns where nothing has changed."),
  lists: z
    .array(
      z.strictObject({
        name: z.string().min(1).describe("The list."),
        members: groups("its members"),
        owners: groups("its owners"),
        moderators: groups("its moderators"),
      }),
    )
    .describe("The lists."),
});

/** The duty's settings, complete. */
export type ListsDuty = z.infer<typeof listsDutySchema>;
/** What the component of the lists writes: the settings without what has a default. */
export type ListsDutyInput = z.input<typeof listsDutySchema>;
