import { z } from "zod";
import { dnsName, hostPort, memoryMiB } from "../../config/fields.ts";
import { machines } from "./machines.ts";
import { smarthost } from "./smarthost.ts";

const address = () => z.email({ error: "expected a mail address" }).transform((value) => value.toLowerCase());

const correspondent = z.strictObject({
  domain: dnsName().describe("Domain of the correspondent"),
  level: z
    .enum(["encrypt", "verify", "secure"])
    .default("secure")
    .describe(
      "encrypt: any certificate; verify: a public certificate for the name of the server; secure: one for the domain. Default: secure",
    ),
});

/** The section `mail` of the stack file, without the mailboxes' own part. */
export const mailFields = {
  domains: z
    .array(dnsName())
    .min(1)
    .max(50)
    .describe("Domains whose mail comes here; the first one names what belongs to the stack itself"),
  postmaster: address()
    .optional()
    .describe(
      "Who reads mail to postmaster@ and abuse@ of every domain: an address of somebody in the directory. Default: nobody, such mail is refused",
    ),
  ports: z
    .strictObject({
      smtp: hostPort().default(25).describe("Mail from other servers, with STARTTLS. Default: 25"),
      submissions: hostPort().default(465).describe("Mail programs, TLS from the first byte. Default: 465"),
      submission: hostPort().default(587).describe("Mail programs, with STARTTLS. Default: 587"),
    })
    .prefault({})
    .describe("Ports on the stack's address"),
  maxMessageMiB: z.int().min(1).max(500).default(50).describe("Largest message in MiB, as sent. Default: 50"),
  smarthost,
  machines,
  correspondents: z
    .array(correspondent)
    .max(1000)
    .default([])
    .describe(
      "Domains to which mail goes over TLS of at least this level, or not at all; past a smarthost, straight to their own servers. Default: none",
    ),
  groupsOpenTo: z
    .enum(["inside", "everybody"])
    .default("inside")
    .describe("Who may write to groups that have a mail address. Default: inside, those who are logged in"),
  forwardTo: z
    .array(z.union([z.literal("*"), dnsName()], { error: 'expected a domain like "region.dk", or "*"' }))
    .max(1000)
    .default([])
    .describe(
      'Domains, beside our own, to which people\'s rules may forward their mail; "*": all. What may not be forwarded stays in the mailbox. Default: none',
    ),
  limits: z
    .strictObject({
      messagesPerHour: z
        .int()
        .min(1)
        .max(100000)
        .default(200)
        .describe("Messages a person may send in an hour. Default: 200"),
      recipientsPerMessage: z.int().min(10).max(10000).default(500).describe("Recipients of one message. Default: 500"),
      recipientsPerHour: z
        .int()
        .min(10)
        .max(1000000)
        .default(1000)
        .describe(
          "Recipients a person may send to in an hour, of all messages together; one message with the most recipients always passes at first, and a group is one. Default: 1000",
        ),
    })
    .prefault({})
    .describe("Bounds on what a person sends: a stolen password must not empty itself over the world"),
  refusedAttachments: z
    .array(z.string().regex(/^[a-z0-9]{1,10}$/, { error: 'expected a file name ending without its dot, like "exe"' }))
    .max(200)
    .default([
      "exe",
      "com",
      "scr",
      "pif",
      "bat",
      "cmd",
      "msi",
      "jar",
      "js",
      "jse",
      "vbs",
      "vbe",
      "wsf",
      "hta",
      "lnk",
      "ps1",
      "iso",
      "img",
      "vhd",
    ])
    .describe("Endings of attached files that are refused, inside archives too. Default: what runs on a PC"),
  spam: z
    .strictObject({
      markAt: z
        .number()
        .min(1)
        .max(100)
        .default(6)
        .describe("Score from which mail is marked and filed as spam. Default: 6"),
      refuseAt: z.number().min(2).max(1000).default(15).describe("Score from which mail is refused. Default: 15"),
      blocklists: z
        .boolean()
        .default(false)
        .describe(
          "Whether senders and links are looked up in public blocklists; their owners then see them. Default: false",
        ),
    })
    .prefault({})
    .describe("The spam filter"),
  resolvers: z
    .array(z.ipv4({ error: 'expected an IPv4 address like "192.0.2.53"' }))
    .max(4)
    .default([])
    .describe("Name servers the filter asks for SPF, DKIM and DMARC. Default: those of the host"),
  dkim: z
    .strictObject({
      selector: selector().default("planb1").describe("Selector that signs. Default: planb1"),
      next: selector()
        .optional()
        .describe(
          "Selector to sign later: its key is made and published beforehand. To rotate, name it here, publish it, then make it the selector. Default: none",
        ),
    })
    .prefault({})
    .describe("Keys that sign outgoing mail; each is made once, when first named, and kept in the filter's volume"),
  dmarc: z
    .strictObject({
      policy: z
        .enum(["none", "quarantine", "reject"])
        .default("quarantine")
        .describe("What others shall do with forged mail. Default: quarantine"),
      reports: address().optional().describe("Where others send their reports on DMARC and TLS. Default: nowhere"),
    })
    .prefault({})
    .describe("What the DNS says to other servers"),
  mtaSts: z
    .enum(["none", "testing", "enforce"])
    .default("testing")
    .describe(
      "What others shall do when the way here is not over TLS with a public certificate: deliver, and report (testing); not deliver (enforce; needs edge.certificate of kind file); none says that there is no policy any more. Default: testing",
    ),
  sizeGiB: z
    .int()
    .min(1)
    .max(1024)
    .default(5)
    .describe("Size asked for the queue in GiB (Docker does not limit it). Default: 5"),
  memoryMiB: memoryMiB(128),
  filterMemoryMiB: memoryMiB(256),
} as const;

function selector() {
  return z.string().regex(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, { error: 'expected a selector like "planb2"' });
}

/** The settings of Postfix and Rspamd, checked and complete. */
export const mailSettings = z.strictObject(mailFields);

/** The settings of Postfix and Rspamd, checked and complete. */
export type MailSettings = z.infer<typeof mailSettings>;

/** What is said where nobody is named who reads mail to the postmaster. @returns undefined: somebody is. Pure. */
export const noPostmaster = (settings: Pick<MailSettings, "postmaster"> | undefined): string | undefined =>
  settings === undefined || settings.postmaster !== undefined
    ? undefined
    : "mail.postmaster: is not set: mail to postmaster@ and abuse@, which others must be able to write to (RFC 5321), is refused";
