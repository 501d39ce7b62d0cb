import { z } from "zod";

/** Share of people who could log in without the existing directory. */
const share = { total: z.number(), known: z.number(), percent: z.number() };
const loopState = z.enum(["waiting", "ok", "failed"]);
const list = <T extends z.ZodType>(of: T) => z.array(of).readonly();
/** What is wrong, in a line; undefined: nothing. */
const message = z.string().optional();
/** ISO time. */
const time = z.string();
/** Why a group gives nothing: it is not here, or more than one has its name. */
const whyNone = z.enum(["unknown", "ambiguous"]);

/** Who could log in without the existing directory. */
const coverageSchema = z.object({
  ...share,
  targetPercent: z.number(),
  reached: z.boolean(),
  groups: list(z.object({ ...share, name: z.string(), id: z.string(), reached: z.boolean() })),
  /** Names from the settings that no group has. */
  unknownGroups: list(z.string()),
});

/** A pass that waits for an operator's yes. */
const heldSchema = z.object({
  since: time,
  reason: z.string(),
  guids: list(z.string()),
  /** Login names and group names, the first few. */
  examples: list(z.string()),
});

/** What one pass of the directory sync did. */
const passSchema = z.object({
  at: time,
  kind: z.enum(["full", "delta", "severed"]),
  held: z.boolean(),
  controller: z.string(),
  seconds: z.number(),
  ...{ read: z.number(), added: z.number(), changed: z.number(), removed: z.number() },
  ...{ takenAway: z.number(), givenBack: z.number(), passwordsErased: z.number(), passwordsLearnt: z.number() },
  /** Entries that could not be read, and entries that could not be written, with the reason. */
  faults: list(z.string()),
});

const directorySchema = z.object({
  authority: z.enum(["ad", "planb"]),
  severedAt: time.optional(),
  state: z.enum(["starting", "ok", "held", "unreachable", "severed"]),
  /** Whether the shadow directory itself could be used at the last try; undefined: not tried yet. */
  shadowUp: z.boolean().optional(),
  message,
  copiedAt: time.optional(),
  /** Age of the copy in seconds; undefined: there is none yet. */
  ageSeconds: z.number().optional(),
  people: z.number(),
  groups: z.number(),
  coverage: coverageSchema.optional(),
  held: heldSchema.optional(),
  lastPass: passSchema.optional(),
});

const realmSchema = z.object({
  state: loopState,
  message,
  /** End of the last convergence. */
  convergedAt: time.optional(),
  /** When Keycloak last read the shadow directory. */
  peopleReadAt: time.optional(),
});

const resourcesSchema = z.object({
  state: loopState,
  message,
  /** Resources in the directory. */
  resources: z.number(),
  /** Groups they name that give no right yet. */
  waiting: list(z.object({ resource: z.string(), group: z.string(), why: whyNone })),
  /** Rooms and equipment of the existing directory that cannot be booked here. */
  unusable: list(z.object({ name: z.string(), why: z.string() })),
});

const listsSchema = z.object({
  state: loopState,
  message,
  /** When the lists were told last. */
  toldAt: time.optional(),
  /** Groups that lists name and that are not here; nobody is taken off meanwhile. */
  missing: list(z.object({ list: z.string(), group: z.string(), why: whyNone })),
  /** Mails that the lists took and could not deliver. */
  parked: z.number().optional(),
});

/** One probe as last seen. */
const seenSchema = z.object({
  name: z.string(),
  title: z.object({ en: z.string(), da: z.string() }),
  ok: z.boolean(),
  ms: z.number(),
  detail: z.string(),
  at: time,
});

const serviceSchema = z.object({
  service: z.string(),
  /** Undefined: not tried yet, or nothing to try. */
  ok: z.boolean().optional(),
  probes: list(seenSchema).default([]),
});

const certificateSchema = z.object({
  /** `host:port` that shows it; "inside": what the stack's own authority gave the steward, and every workload that day. */
  where: z.string(),
  validTo: time,
});

/**
 * What the steward knows: the answer of `/status.json` and of `steward status --json`. Parts that the stack does without
 * are undefined.
 */
export const stewardStatusSchema = z.object({
  /** When it was told. */
  at: time,
  startedAt: time,
  stack: z.string(),
  municipality: z.string(),
  directory: directorySchema.optional(),
  realm: realmSchema.optional(),
  /** Shared mailboxes, rooms and equipment. */
  resources: resourcesSchema.optional(),
  /** Members of mailing lists. */
  lists: listsSchema.optional(),
  services: list(serviceSchema),
  /** As last seen. */
  certificates: list(certificateSchema).default([]),
});

/** The part of it that the start page shows, read leniently. */
export const publicStateSchema = z.object({
  services: list(serviceSchema.extend({ probes: list(z.object({ at: time }).partial().catch({})).default([]) })),
  directory: directorySchema.pick({ ageSeconds: true }).optional(),
});

/** See {@link stewardStatusSchema}. */
export type StewardStatus = z.infer<typeof stewardStatusSchema>;
/** What is known of the copy of the existing directory. */
export type DirectoryStatus = z.infer<typeof directorySchema>;
/** What is known of the realm. */
export type RealmStatus = z.infer<typeof realmSchema>;
/** What is known of shared mailboxes, rooms and equipment. */
export type ResourcesStatus = z.infer<typeof resourcesSchema>;
/** What is known of the mailing lists' members. */
export type ListsStatus = z.infer<typeof listsSchema>;
/** A service as its probes show it. */
export type ServiceSeen = z.infer<typeof serviceSchema>;
/** One probe as last seen. */
export type Seen = z.infer<typeof seenSchema>;
/** A certificate that is shown, and its end. */
export type CertificateSeen = z.infer<typeof certificateSchema>;
