import { z } from "zod";
import { displayText, dnsName, memoryMiB } from "../../config/fields.ts";

/** Endings that belong to the addresses of every list, e.g. `personale-request@`. */
export const addressEndings = [
  ...["bounces", "confirm", "join", "leave", "owner", "request", "subscribe", "unsubscribe"],
] as const;
/** Name of the list that probes write to. */
export const probeList = "planb-proeve";
/** First part of addresses of the lists' domain that no list may have. */
const taken = [probeList, "noreply", "postmaster", "abuse", "mailer-daemon"];

const listName = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/, {
    error: 'expected the first part of the list\'s address: a-z, 0-9, ".", "_" and "-", like "personale" or "it-drift"',
  })
  .refine((name) => !name.includes("..") && !addressEndings.some((ending) => name.endsWith(`-${ending}`)), {
    error: `must not end in -${addressEndings.join(", -")}: those addresses are the lists' own`,
  })
  .refine((name) => !taken.includes(name), { error: `${taken.join(", ")} are taken` });

const groups = (what: string) => z.array(displayText()).max(100).describe(what);

const list = z.strictObject({
  name: listName.describe('First part of its address, for good: what is kept of it is kept under it, e.g. "personale"'),
  title: displayText().describe("What people call it; it begins the subject of every mail"),
  description: displayText().default("").describe("What it is for, in a line. Default: none"),
  kind: z
    .enum(["closed", "open", "announcement"])
    .default("closed")
    .describe(
      "closed: owners and groups say who is on it; open: the staff may join; announcement: as open, but only owners and moderators write. Default: closed",
    ),
  members: groups("AD groups, by name, whose people are on it. Default: none").default([]),
  owners: groups("AD groups, by name, whose people own it: they add members and approve mails").min(1, {
    error: "expected at least one group: somebody has to approve what strangers send",
  }),
  moderators: groups("AD groups, by name, whose people approve mails too. Default: none").default([]),
  archive: z
    .enum(["members", "staff", "none"])
    .default("members")
    .describe("Who may read what was sent: members, all staff, or nothing is kept. Default: members"),
  archiveDays: z.int().min(1).max(36_500).default(1825).describe("Days a mail stays in the archive. Default: 1825"),
  replies: z
    .enum(["author", "list"])
    .default("author")
    .describe("Where an answer goes: to who wrote, or to the list. Default: author"),
  mayLeave: z
    .boolean()
    .default(true)
    .describe("Whether people may leave who are on it because of a group. Default: true"),
  digest: z.boolean().default(true).describe("Whether a member may have all mails of a day in one. Default: true"),
  maxMessageKiB: z.int().min(16).max(102_400).default(10_240).describe("Largest mail in KiB. Default: 10240"),
});

/** The stack file's section `lists`; absent: there are no lists. */
export const listsConfig = z
  .strictObject({
    domain: dnsName().describe('Mail domain of the lists, one of their own, e.g. "liste.ringsted.dk"'),
    lists: z
      .array(list)
      .max(500)
      .default([])
      .superRefine((all, context) => {
        for (const [i, { name }] of all.entries()) {
          if (all.findIndex((other) => other.name === name) < i) {
            context.addIssue({ code: "custom", path: [i, "name"], message: `two lists are called "${name}"` });
          }
        }
      })
      .describe("The lists. One that is taken out is closed; its members and archive are kept. Default: none"),
    memoryMiB: memoryMiB(450),
    cpu: z.number().min(0.1).max(64).default(1).describe("Limit of processor cores. Default: 1"),
    sizeGiB: z
      .int()
      .min(1)
      .max(10_240)
      .default(2)
      .describe("Size asked for mails that wait (Docker does not limit it), in GiB. Default: 2"),
  })
  .describe("Mailing lists with moderators and an archive. Default: none");

/** The section, checked and complete. */
export type ListsConfig = z.infer<typeof listsConfig>;
