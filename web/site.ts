import { z } from "zod";

/** A text in both languages. */
export const bothLanguages = z.strictObject({ da: z.string(), en: z.string() });

/** A text in both languages. */
export type BothLanguages = z.infer<typeof bothLanguages>;

/** What the pages of every site know; a component writes it into its program's settings. */
export const siteSettings = z.strictObject({
  municipality: z.string(),
  /** Language of those whose browser asks for neither. */
  language: z.enum(["da", "en"]),
  /** Public origin of the start page, without a trailing slash. */
  startOrigin: z.string(),
  /** Public origin of this site, without a trailing slash; the start page's own is the start origin. */
  origin: z.string(),
});

/** What the pages of every site know, checked. */
export type Site = z.infer<typeof siteSettings>;
