import { z } from "zod";
import { hostPort } from "../../config/fields.ts";

const address = z.string().regex(/^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$/, 'expected a mail address like "post@ringsted.dk"');
const groups = (who: string) =>
  z.array(z.string().min(1)).default([]).describe(`${who}: groups by their name in the existing directory`);
/** Look-ups of Postfix can ask for no more. */
const mostSenders = 9;

const shared = z.strictObject({
  address: address.describe("Its mail address"),
  name: z
    .string()
    .min(1)
    .max(60)
    .regex(/^[^/\\*%"~\p{Cc}]+$/u, 'expected a name without / \\ * % " ~')
    .describe("What people see in the list of folders, below Delt"),
  id: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected up to 63 characters of a-z, 0-9 and "-"')
    .optional()
    .describe(
      "Name under which its mail is kept; write the old one here when the address changes. Default: made of the address",
    ),
  aliases: z.array(address).default([]).describe("Further mail addresses. Default: none"),
  readers: groups("Who reads and works in it"),
  senders: z
    .array(z.string().min(1))
    .max(mostSenders, {
      error: `expected at most ${mostSenders} groups; make one of several in the existing directory`,
    })
    .default([])
    .describe(`Who sends in its name: up to ${mostSenders} groups by their name in the existing directory`),
  quotaMiB: z.int().min(1).optional().describe("Room for its mail in MiB. Default: as for people"),
});

/** The part `mailbox` of the stack file's section `mail`. */
export const mailboxConfig = z
  .strictObject({
    quotaMiB: z.int().min(1).default(4096).describe("Room for a person's mail in MiB. Default: 4096"),
    quotas: z
      .array(
        z.strictObject({
          group: z.string().min(1).describe("Group by its name in the existing directory"),
          quotaMiB: z.int().min(1).describe("Room for mail in MiB for its members; of several groups the largest"),
        }),
      )
      .default([])
      .describe("Other room for members of groups. Default: none"),
    shared: z
      .array(shared)
      .refine((all) => new Set(all.map(sharedId)).size === all.length, {
        error: "two shared mailboxes would be kept under one name; give one of them an id",
      })
      .refine((all) => new Set(all.map(({ name }) => name.toLowerCase())).size === all.length, {
        error: "two shared mailboxes have one name; people could not tell them apart",
      })
      .default([])
      .describe("Shared mailboxes. Default: none"),
    trashDays: z
      .int()
      .min(0)
      .default(90)
      .describe("Days deleted mail stays in the trash; 0: until its owner empties it. Default: 90"),
    junkDays: z.int().min(0).default(30).describe("Days spam stays in the junk folder; 0: for good. Default: 30"),
    keepDays: z
      .int()
      .min(1)
      .default(90)
      .describe("Days the mail of a person who was deleted in the existing directory is kept. Default: 90"),
    imapPort: hostPort().default(993).describe("Port of IMAP over TLS. Default: 993"),
    sievePort: hostPort().default(4190).describe("Port of ManageSieve. Default: 4190"),
    memoryMiB: z.int().min(96).max(65536).default(192).describe("Memory limit in MiB. Default: 192"),
    cpu: z.number().min(0.1).max(64).default(1).describe("Limit of processor cores. Default: 1"),
    sizeGiB: z.int().min(1).max(65536).default(50).describe("Size asked for the mail in GiB. Default: 50"),
  })
  .prefault({})
  .describe("Mailboxes: Dovecot with IMAP, ManageSieve, quotas, shared mailboxes and search");

/** The section, checked and complete. */
export type MailboxConfig = z.infer<typeof mailboxConfig>;
/** A shared mailbox as the stack file declares it. */
export type SharedMailbox = z.infer<typeof shared>;

/** Name under which a shared mailbox is kept: its own, or one made of its address. */
export function sharedId({ id, address: mail }: Pick<SharedMailbox, "id" | "address">): string {
  return (
    id ??
    mail
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .slice(0, 63)
      .replaceAll(/^-|-$/g, "")
  );
}
