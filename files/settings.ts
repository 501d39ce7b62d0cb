import { z } from "zod";
import { siteSettings } from "../web/site.ts";

/** What the files component writes for this program, `/config/files.json`. */
export const filesSettings = z.strictObject({
  site: siteSettings,
  /** Names of the groups that have a folder, as in AD. */
  groups: z.array(z.string()),
  quotaGiB: z.strictObject({ person: z.number(), group: z.number() }),
  /** Days that deleted files and earlier versions are kept. */
  trashDays: z.number(),
  /** Days that the folder of a person who has left is kept. */
  keepDays: z.number(),
  shares: z.strictObject({
    allowed: z.boolean(),
    maxDays: z.number(),
    defaultDays: z.number(),
    passwordRequired: z.boolean(),
    handIn: z.boolean(),
    handInMaxMiB: z.number(),
  }),
  directory: z.strictObject({
    url: z.string(),
    bindDn: z.string(),
    /** Seconds that what it says of a person is believed. */
    rememberSeconds: z.number(),
  }),
});

/** The settings, checked. */
export type FilesSettings = z.infer<typeof filesSettings>;
