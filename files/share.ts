import type { Link, NewLink } from "./core/links.ts";
import type { Segments } from "./core/path.ts";
import type { GroupName } from "./core/people.ts";
import type { NamedSpace } from "./core/spaces.ts";
import type { FilesSettings } from "./settings.ts";

const dayMs = 86_400_000;
const shortestPassword = 8;

/** What is shared, and by whom. */
export interface Shared {
  readonly named: NamedSpace;
  readonly segments: Segments;
  readonly folder: boolean;
  readonly person: { readonly guid: string; readonly name: string };
}

/**
 * The link that a form asks for, within what the stack file allows.
 *
 * @param fields `days`, `password`, `limit`, `kind` (`hand-in` for a folder that takes files in)
 * @returns undefined when the password is missing or shorter than 8 characters
 */
export function wantedLink(
  shares: FilesSettings["shares"],
  fields: Readonly<Record<string, unknown>>,
  { named, segments, folder, person }: Shared,
): NewLink | undefined {
  const password = String(fields["password"] ?? "");
  if (password.length < shortestPassword && (password !== "" || shares.passwordRequired)) return undefined;
  const days = Math.min(shares.maxDays, Math.max(1, Math.floor(Number(fields["days"])) || shares.defaultDays));
  const limit = Math.floor(Number(fields["limit"]));
  return {
    kind: folder && shares.handIn && fields["kind"] === "hand-in" ? "hand-in" : "fetch",
    space: { kind: named.space.kind, id: named.space.id },
    segments: [...segments],
    folder,
    by: person.guid,
    byName: person.name,
    expires: Date.now() + days * dayMs,
    ...(password === "" ? {} : { password }),
    ...(limit >= 1 ? { limit } : {}),
  };
}

/**
 * A link as the stack file of today has it: it may say less than when the link was made.
 *
 * @param groups the declared groups that the directory knows; none while nobody knows them yet
 * @returns undefined when it opens nothing any more
 */
export function allowedToday(
  link: Link,
  { shares, groups: declared }: Pick<FilesSettings, "shares" | "groups">,
  groups: readonly GroupName[],
  now = Date.now(),
): Link | undefined {
  if (!shares.allowed) return undefined;
  if (link.kind === "hand-in" && !shares.handIn) return undefined;
  if (shares.passwordRequired && link.password === undefined) return undefined;
  // While the directory has not answered since the start, the groups' names cannot be told apart: links go on.
  const unknown = declared.length > 0 && groups.length === 0;
  if (link.space.kind === "grupper" && !unknown && !groups.some(({ id }) => id === link.space.id)) return undefined;
  const expires = Math.min(link.expires, link.at + shares.maxDays * dayMs);
  return expires <= now ? undefined : { ...link, expires };
}
