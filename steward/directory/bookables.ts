import type { Entry } from "ldapts";
import { addressesOf, entryGuid, texts } from "./ad-entries.ts";
import type { DirectoryConfig } from "./config.ts";

/** A room or a piece of equipment of the existing directory, reduced to what the copy needs. */
export interface AdBookable {
  readonly guid: string;
  readonly kind: "room" | "equipment";
  readonly name: string;
  /** Undefined: it has none, so nobody can invite it. */
  readonly mail: string | undefined;
  readonly aliases: readonly string[];
  readonly building: string | undefined;
  readonly description: string | undefined;
  /** People it holds. */
  readonly capacity: number | undefined;
}

/** What is asked of a room or a piece of equipment; an AD without Exchange's schema has no `msExch...`, and says so by silence. */
export const bookableAttributes = [
  ...["objectGUID", "cn", "displayName", "mail", "proxyAddresses", "physicalDeliveryOfficeName", "description"],
  ...["msExchResourceCapacity", "msExchResourceDisplay"],
];

/** Where rooms or equipment are, one search each. */
export interface BookableSearch {
  readonly kind: AdBookable["kind"];
  readonly baseDn: string;
  readonly filter: string;
}

/** The searches that the settings ask for; a kind without bases is looked for where people are. */
export function bookableSearches({ bookables, people }: Pick<DirectoryConfig, "bookables" | "people">) {
  const everywhere = people.map(({ baseDn }) => baseDn);
  return (["rooms", "equipment"] as const).flatMap((which): BookableSearch[] => {
    const wanted = bookables?.[which];
    if (!wanted) return [];
    const kind = which === "rooms" ? "room" : "equipment";
    const bases = wanted.baseDns.length > 0 ? wanted.baseDns : everywhere;
    return bases.map((baseDn) => ({ kind, baseDn, filter: wanted.filter }));
  });
}

/** Reads a room or a piece of equipment. */
export function adBookable(entry: Entry, kind: AdBookable["kind"]): AdBookable {
  const text = (name: string): string | undefined => texts(entry, name)[0]?.trim() || undefined;
  const capacity = Number(text("msExchResourceCapacity"));
  // Exchange's list begins with the kind: "Room,Skærm,Tavle".
  const [, ...features] = (text("msExchResourceDisplay") ?? "").split(",");
  return {
    guid: entryGuid(entry),
    kind,
    name: text("displayName") ?? text("cn") ?? entry.dn,
    ...addressesOf(entry),
    building: text("physicalDeliveryOfficeName"),
    description: features.length > 0 ? features.map((one) => one.trim()).join(", ") : text("description"),
    capacity: Number.isInteger(capacity) && capacity > 0 ? capacity : undefined,
  };
}
