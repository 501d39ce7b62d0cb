import type { StackIdentity } from "../config/index.ts";
import { openWebPaths as paths } from "../web/paths.ts";
import type { Site } from "../web/site.ts";

/** Paths that every site of ours serves without a login, for its route's `open`. */
export const openWebPaths: readonly string[] = paths;

/** What the pages of a site of ours know of the stack. @param host first label of the site's public name, e.g. "lister" */
export const siteOf = (identity: StackIdentity, host: string): Site => ({
  municipality: identity.municipality,
  language: identity.language,
  startOrigin: identity.origin("start"),
  origin: identity.origin(host),
});
