import { z } from "zod";
import { bothLanguages, siteSettings } from "../web/site.ts";

/** What phones and mail programs need to reach a service. Addresses may hold `{guid}` and `{user}` of who is logged in. */
export const deviceSetting = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.enum(["imap", "smtp"]),
    host: z.string(),
    port: z.int(),
    /** TLS from the start, or after STARTTLS. */
    security: z.enum(["tls", "starttls"]),
  }),
  z.strictObject({
    kind: z.enum(["caldav", "carddav", "webdav"]),
    /** Address of what belongs to the person, e.g. `https://kalender.kommune.example/SOGo/dav/{user}/`. */
    url: z.string(),
  }),
]);

/** What phones and mail programs need to reach a service. */
export type DeviceSetting = z.infer<typeof deviceSetting>;

/** A service as the start page lists it. A component gives its own to `Portal`. */
export const portalService = z.strictObject({
  /** Folder name of the component, by which the steward tells its state. */
  service: z.string(),
  /** Further components it needs: it runs when all of them do. */
  needs: z.array(z.string()).readonly().optional(),
  /** Under which headline: daily work, or the ground it stands on. Default: work. */
  group: z.enum(["work", "ground"]).optional(),
  title: bothLanguages,
  /** What it is for, in a sentence. */
  about: bothLanguages,
  /** Page to open, if it has one. */
  url: z.string().optional(),
  /** For the page on phones and mail programs; none where a browser is all. */
  settings: z.array(deviceSetting).readonly().optional(),
});

/** A service as the start page lists it. */
export type PortalService = z.infer<typeof portalService>;

/** What the portal reads from `/config/portal.json`; `components/portal` writes it. */
export const portalSettings = z.strictObject({
  site: siteSettings,
  /** The realm's issuer. */
  issuer: z.string(),
  /** Where the steward tells the state of things. */
  statusUrl: z.string(),
  /** Where app passwords are made; absent where no service takes them. */
  accessUrl: z.string().optional(),
  help: z.strictObject({
    phone: z.string().optional(),
    mail: z.string().optional(),
    hours: z.string().optional(),
    text: z.string().optional(),
  }),
  /** What is listed, in this order. */
  services: z.array(portalService).readonly(),
});

/** The portal's settings, checked. */
export type PortalSettings = z.infer<typeof portalSettings>;
