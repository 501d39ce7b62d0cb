import { z } from "zod";
import { siteSettings } from "../web/site.ts";

/** One list as the stack file declares it, complete. */
export const listSettings = z.strictObject({
  /** First part of its address, also its name in addresses of pages. */
  name: z.string(),
  title: z.string(),
  description: z.string(),
  /** `closed`: owners let people in; `open`: the staff joins by itself; `announcement`: only owners and moderators write. */
  kind: z.enum(["closed", "open", "announcement"]),
  /** Who may read what was sent; `none`: nothing is kept. */
  archive: z.enum(["members", "staff", "none"]),
  /** Where an answer goes. */
  replies: z.enum(["author", "list"]),
  /** Whether people may leave a list that a group put them on. */
  mayLeave: z.boolean(),
  digest: z.boolean(),
  maxMessageKiB: z.number(),
  /** Days that mails stay in the archive. */
  archiveDays: z.number(),
  /** Not shown to anybody: the list that probes use. */
  hidden: z.boolean(),
  /** Addresses that are always members. */
  fixed: z.array(z.string()),
});

/** One list as the stack file declares it. */
export type ListSettings = z.infer<typeof listSettings>;

/** What the lists' program reads from `/config/lists.json`; `components/lists` writes it. */
export const listsSettings = z.strictObject({
  site: siteSettings,
  /** Mail domain of the lists. */
  domain: z.string(),
  /** Mail domains of the house: who has an address elsewhere is taken off by a link in each letter. */
  ownDomains: z.array(z.string()),
  lists: z.array(listSettings),
  database: z.strictObject({ host: z.string(), port: z.number(), name: z.string(), user: z.string() }),
});

/** The program's settings, checked. */
export type ListsSettings = z.infer<typeof listsSettings>;

/** Mailman's id of a list. */
export const listId = (settings: Pick<ListsSettings, "domain">, name: string): string => `${name}.${settings.domain}`;

/** A list's address. */
export const listAddress = (settings: Pick<ListsSettings, "domain">, name: string): string =>
  `${name}@${settings.domain}`;

/** Whether an address is a list's: no list is on a list, for two of them on each other would never end. */
export const isOfLists = (settings: Pick<ListsSettings, "domain">, address: string): boolean =>
  address.toLowerCase().endsWith(`@${settings.domain}`);

/** Path below which people from outside are taken off a list without a login: `/afmeld/<list>/<address>/<signature>`. */
export const oneClickPath = "/afmeld";
