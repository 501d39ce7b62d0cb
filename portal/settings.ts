import { z } from "zod";
import { bothLanguages, siteSettings } from "../web/site.ts";

/** What the portal reads from `/config/portal.json`; `components/portal` writes it. */
export const portalSettings = z.strictObject({
  site: siteSettings,
  /** The realm's issuer. */
  issuer: z.string(),
  /** Where the steward tells the state of things. */
  statusUrl: z.string(),
  help: z.strictObject({
    phone: z.string().optional(),
    mail: z.string().optional(),
    hours: z.string().optional(),
    text: z.string().optional(),
  }),
  /** What is listed, in this order; `url` where there is a page to open. */
  services: z.array(
    z.strictObject({ service: z.string(), title: bothLanguages, about: bothLanguages, url: z.string().optional() }),
  ),
});

/** The portal's settings, checked. */
export type PortalSettings = z.infer<typeof portalSettings>;
