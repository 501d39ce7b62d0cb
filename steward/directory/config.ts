import { z } from "zod";

const ldapsUrl = z.string().regex(/^ldaps:\/\/[^/\s]+$/, 'expected a URL like "ldaps://dc1.ringsted.lan:636"');

const searchIn = (filter: string, what: string) =>
  z.strictObject({
    baseDn: z.string().min(1).describe(`Distinguished name below which ${what} are read.`),
    filter: z.string().default(filter).describe("LDAP filter; it is joined by `and` with the kind of entry."),
  });

const bookablesIn = z.strictObject({
  baseDns: z
    .array(z.string().min(1))
    .default([])
    .describe("Below which they are read. Empty: below the bases of people."),
  filter: z.string().startsWith("(").describe("LDAP filter; it is joined by `and` with the kind of entry."),
});

/** What booking hands to the steward in `/config/bookables.json`: where the existing directory has rooms and equipment. */
export const bookablesSchema = z.strictObject({
  rooms: bookablesIn.optional().describe("Accounts of rooms. Absent: none are read."),
  equipment: bookablesIn.optional().describe("Accounts of equipment. Absent: none are read."),
});

/** That file as it is written: without what has a default. */
export type BookablesInput = z.input<typeof bookablesSchema>;

/**
 * What the directory sync reads from `/config/directory.json`. Times carry their unit in the name; a missing field has
 * the default written here.
 */
export const directoryConfigSchema = z.strictObject({
  controllers: z.array(ldapsUrl).min(1).describe("Domain controllers, tried in this order."),
  caFile: z.string().default("/config/directory/ad-ca.pem").describe("Certificate authority of the controllers, PEM."),
  bindDn: z.string().min(1).describe("Account that only reads, as a DN or a user principal name."),
  bindPasswordFile: z.string().default("/config/secrets/ad-bind").describe("File with that account's password."),
  connectTimeoutMs: z.number().int().min(100).default(2000).describe("Longest wait for a controller's TCP and TLS."),
  requestTimeoutMs: z.number().int().min(500).default(15_000).describe("Longest wait for one answer of a controller."),
  people: z.array(searchIn("(objectClass=*)", "people")).min(1).describe("Where people are; several are joined."),
  groups: z
    .array(searchIn("(objectClass=*)", "groups"))
    .default([])
    .describe("Where groups are. Empty: below the bases of people."),
  bookables: bookablesSchema.optional().describe("Which accounts are rooms and equipment, and so nobody's."),
  primaryGroups: z.boolean().default(false).describe("Whether a primary group (Domain Users) counts as membership."),
  everySeconds: z.number().int().min(1).default(30).describe("Pause between two passes."),
  fullEverySeconds: z
    .number()
    .int()
    .min(60)
    .default(86_400)
    .describe("How often everything is read again, although deltas said nothing."),
  compareEverySeconds: z
    .number()
    .int()
    .min(10)
    .default(120)
    .describe(
      "How often, while anything changes there, the ids of all entries are compared: finds what was deleted when the bind account may not see deleted entries.",
    ),
  keepDeletedDays: z
    .number()
    .int()
    .min(1)
    .default(90)
    .describe("Days the locked entry of a person deleted there is kept, so that a restored account is the same one."),
  removalGuardPercent: z
    .number()
    .min(0)
    .max(100)
    .default(10)
    .describe("A pass that would remove or newly lock more of the known people or groups than this is held back."),
  authority: z
    .enum(["ad", "planb"])
    .default("ad")
    .describe("`planb`: the existing directory is severed and changes nothing here."),
  rememberPasswords: z
    .boolean()
    .default(true)
    .describe("Whether a hash of a password used here is kept. Off: those learnt from AD are erased at each pass."),
  coverage: z
    .strictObject({
      targetPercent: z.number().min(0).max(100).default(90).describe("Share who should be able to log in without AD."),
      groups: z.array(z.string()).default([]).describe("AD groups (name or DN) shown one by one, e.g. the pilot."),
    })
    .prefault({})
    .describe("Who could log in right now without AD."),
  codes: z
    .strictObject({
      validDays: z.number().int().min(1).default(180).describe("Days an activation code is good for."),
      loginUrl: z.string().default("").describe("Address printed on the sheet. Empty: none."),
      municipality: z.string().default("").describe("Name printed on the sheet. Empty: none."),
    })
    .prefault({})
    .describe("Activation codes on paper."),
  shadow: z
    .strictObject({
      url: ldapsUrl.default("ldaps://directory:1636").describe("The shadow directory."),
      caFile: z.string().default("/config/ca.pem").describe("Its certificate authority, PEM."),
      baseDn: z.string().default("dc=planb").describe("Its suffix."),
      bindDn: z.string().default("cn=steward,ou=services,dc=planb").describe("The steward's account there."),
      bindPasswordFile: z.string().default("/config/secrets/directory-steward").describe("File with its password."),
    })
    .prefault({})
    .describe("The copy the sync writes to."),
});

/** The directory sync's settings, complete. */
export type DirectoryConfig = z.infer<typeof directoryConfigSchema>;

/** What the component of the directory writes: the settings without what has a default. */
export type DirectoryConfigInput = z.input<typeof directoryConfigSchema>;
