import { z } from "zod";

/** What the steward reads from `/config/mailbox.json`: which mailboxes it looks after. */
export const mailboxDutySchema = z.strictObject({
  url: z.string().default("https://mailbox:9443/doveadm/v1").describe("The mailboxes' API."),
  caFile: z.string().default("/config/ca.pem").describe("Its certificate authority, PEM."),
  keyFile: z.string().default("/config/secrets/mailbox-api").describe("File with the API's key."),
  quotas: z
    .array(z.strictObject({ group: z.string(), quotaMiB: z.number().int().min(1) }))
    .default([])
    .describe("Room for mail of members of groups, by the groups' name; of several the largest."),
});

/** The duty's settings, complete. */
export type MailboxDuty = z.infer<typeof mailboxDutySchema>;
/** The settings as the component writes them. */
export type MailboxDutyInput = z.input<typeof mailboxDutySchema>;
