import type { Attributes } from "../directory/desired.ts";
import { type ByName, oneOf, type WhyNone } from "../groups.ts";
import type { Resource } from "./config.ts";

/** Attributes of resources that the duty owns. */
export const managedResourceAttributes = [
  ...["planbKind", "displayName", "mail", "planbMailAlias", "description", "roomNumber", "l", "planbCapacity"],
  ...["planbConcurrent", "planbMailQuotaMiB", "planbReaderGroup", "planbSenderGroup", "planbBookerGroup"],
];

/** A group that a resource names and that is not in the shadow directory, or is there twice. */
export interface WaitingGroup {
  readonly resource: string;
  readonly group: string;
  readonly why: WhyNone;
}

/** The entries as they should be, by id. */
export interface DesiredResources {
  readonly entries: ReadonlyMap<string, Attributes>;
  readonly waiting: readonly WaitingGroup[];
  /** Ids that two services declare; the first counts. */
  readonly doubled: readonly string[];
}

/** Short ids of the groups of a name, without regard to case. */
export type GroupIds = ByName<string>;

const text = (value: string | number | undefined): string[] => (value === undefined ? [] : [String(value)]);

/**
 * Puts the groups' short ids in the place of their names. A group that is not known gives no right until it is; one
 * whose name two groups bear gives none either, for nobody can tell which was meant.
 */
export function desiredResources(declared: readonly Resource[], groups: GroupIds): DesiredResources {
  const entries = new Map<string, Attributes>();
  const waiting: WaitingGroup[] = [];
  const doubled: string[] = [];
  for (const resource of declared) {
    if (entries.has(resource.id)) {
      doubled.push(resource.id);
      continue;
    }
    const ids = (names: readonly string[]): string[] => {
      const found = new Set<string>();
      for (const group of names) {
        const id = oneOf(groups, group);
        if ("found" in id) found.add(id.found);
        else waiting.push({ resource: resource.id, group, why: id.why });
      }
      return [...found].sort();
    };
    entries.set(resource.id, {
      planbKind: [resource.kind],
      displayName: [resource.displayName],
      mail: [resource.mail.toLowerCase()],
      planbMailAlias: [...new Set(resource.aliases.map((alias) => alias.toLowerCase()))].sort(),
      description: text(resource.description),
      roomNumber: text(resource.roomNumber),
      l: text(resource.building),
      planbCapacity: text(resource.capacity),
      planbConcurrent: text(resource.concurrent),
      planbMailQuotaMiB: text(resource.quotaMiB),
      planbReaderGroup: ids(resource.readers),
      planbSenderGroup: ids(resource.senders),
      planbBookerGroup: ids(resource.bookers),
    });
  }
  return { entries, waiting, doubled };
}
