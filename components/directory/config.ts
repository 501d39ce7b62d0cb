import { z } from "zod";
import { besideFile, dnsName, hostPort, memoryMiB, port } from "../../config/fields.ts";

/** A distinguished name, as a setting. */
export const distinguishedName = () =>
  z.string().regex(/^\s*[A-Za-z][\w-]*\s*=.+/, {
    error: 'expected a distinguished name like "OU=Brugere,DC=ringsted,DC=lan"',
  });

const existing = z.strictObject({
  controllers: z
    .array(dnsName())
    .min(1)
    .max(10)
    .describe('Domain controllers by the names in their certificates, tried in this order, e.g. ["dc1.ringsted.lan"]'),
  port: port().default(636).describe("Their LDAPS port; 3269 (global catalogue) lacks attributes. Default: 636"),
  caFile: besideFile().describe(
    "File beside this stack file with the certificate authority of the controllers (PEM); several may stand in it",
  ),
  bindName: z
    .string()
    .min(1)
    .describe(
      'Account that only reads, as a distinguished name or like "svc-planb@ringsted.lan". Its password: pulumi config set --secret planb:adBindPassword',
    ),
  peopleBaseDns: z.array(distinguishedName()).min(1).describe("Where people are; all below is read"),
  groupBaseDns: z
    .array(distinguishedName())
    .default([])
    .describe("Where groups are; all below is read. Default: where people are"),
  peopleFilter: z
    .string()
    .startsWith("(")
    .default("(objectClass=*)")
    .describe("LDAP filter that people must match besides. Default: (objectClass=*)"),
  groupFilter: z
    .string()
    .startsWith("(")
    .default("(objectClass=*)")
    .describe("LDAP filter that groups must match besides. Default: (objectClass=*)"),
});

const guessing = z
  .strictObject({
    lockAfter: z
      .int()
      .min(3)
      .max(50)
      .default(6)
      .describe("Wrong passwords after which an account is shut here for a while. Default: 6"),
    lockMinutes: z
      .int()
      .min(1)
      .max(1440)
      .default(15)
      .describe("Minutes it is shut, and within which they are counted. Default: 15"),
  })
  .prefault({})
  .describe("Slows down guessing of passwords that are stored here");

const offer = z
  .strictObject({
    port: hostPort().default(636).describe("Port on `host.address`. Default: 636"),
    systems: z
      .array(
        z.string().regex(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/, {
          error: 'expected a short name of a-z, 0-9 and "-" like "wifi"',
        }),
      )
      .min(1)
      .describe(
        'Everyday systems, each with an account of its own that reads and nothing else, e.g. ["wifi", "print"]',
      ),
  })
  .describe(
    "Offers the shadow directory over LDAPS to Wi-Fi (RADIUS), print or VPN in place of AD, so that every use of them teaches it a password. Default: not offered",
  );

/** The stack file's section `directory`. */
export const directoryConfig = z
  .strictObject({
    existing: existing
      .optional()
      .describe("The Active Directory that people and groups are copied from. Default: the demo's, see `demo`"),
    authority: z
      .enum(["ad", "planb"])
      .default("ad")
      .describe(
        "Who says what a password is and who is there: `ad`, or `planb` after severing (nothing is copied and AD is never asked). Default: ad",
      ),
    rememberPasswords: z
      .boolean()
      .default(true)
      .describe(
        "Whether a hash of a password that AD accepted is kept, so that the login goes on without AD. Off: only passkeys and activation codes carry the day. Default: true",
      ),
    everySeconds: z.int().min(5).max(3600).default(30).describe("Seconds between two looks at AD. Default: 30"),
    removalGuardPercent: z
      .number()
      .min(0)
      .max(100)
      .default(10)
      .describe(
        "A pass that would remove or lock more of the people or groups than this waits for a human. Default: 10",
      ),
    coverageTargetPercent: z
      .number()
      .min(0)
      .max(100)
      .default(90)
      .describe("Share of people who should be able to log in without AD; below it the status says so. Default: 90"),
    coverageGroups: z
      .array(z.string().min(1))
      .default([])
      .describe(
        "AD groups (name or distinguished name) whose share is shown one by one, e.g. the pilot. Default: none",
      ),
    codeDays: z.int().min(1).max(730).default(180).describe("Days an activation code is good for. Default: 180"),
    guessing,
    offer: offer.optional(),
    memoryMiB: memoryMiB(192),
    cpu: z.number().min(0.1).max(64).default(1).describe("Limit of processor cores. Default: 1"),
    sizeGiB: z.int().min(1).max(64).default(2).describe("Size asked for the data in GiB. Default: 2"),
  })
  .prefault({})
  .describe("The shadow directory: our copy of people, groups and passwords, the one all services ask");

/** The section, checked and complete. */
export type DirectoryConfig = z.infer<typeof directoryConfig>;
/** The existing directory as the stack file declares it. */
export type ExistingConfig = z.infer<typeof existing>;
