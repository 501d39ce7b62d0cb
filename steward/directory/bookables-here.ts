import { isDeepStrictEqual } from "node:util";
import { isBookableId } from "../../model/bookable.ts";
import { texts } from "./ad-entries.ts";
import type { AdBookable } from "./bookables.ts";
import type { Shadow } from "./shadow.ts";

/** Rooms and equipment of the existing directory, as last let through by the guard. */
export interface Bookables {
  /** Undefined: they could never be read, so what is known of them here stays. */
  readonly found: readonly AdBookable[] | undefined;
  /** Why they could not be read last, in a line. */
  readonly problem: string | undefined;
}

/** Names of the rooms and equipment that the shadow directory has from the existing one, by GUID. */
export async function loadBookables(shadow: Shadow): Promise<ReadonlyMap<string, string>> {
  const entries = await shadow.find("ou=resources", "(&(objectClass=planbResource)(cn=ad-*))", ["cn", "displayName"]);
  return new Map(
    entries.flatMap((entry) => {
      const id = texts(entry, "cn")[0] ?? "";
      return isBookableId(id) ? [[id.slice("ad-".length), texts(entry, "displayName")[0] ?? id] as const] : [];
    }),
  );
}

/** What is known after a reading; the same object when it brought nothing new, so that a change is told by it. */
export function afterReading(
  before: Bookables | undefined,
  read: {
    readonly bookables: ReadonlyMap<string, AdBookable> | undefined;
    readonly bookablesProblem: string | undefined;
  },
): Bookables {
  const found = read.bookables ? [...read.bookables.values()] : before?.found;
  const after = { found, problem: read.bookablesProblem };
  return isDeepStrictEqual(before, after) && before ? before : after;
}
