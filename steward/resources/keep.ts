import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isBookableId } from "../../model/bookable.ts";
import { texts } from "../directory/ad-entries.ts";
import type { Attributes } from "../directory/desired.ts";
import { attributeChanges } from "../directory/diff.ts";
import type { Bookables, Shadow } from "../directory/index.ts";
import { indexByName } from "../groups.ts";
import { takenAddresses, type UnusableBookable, usableBookables } from "./bookables.ts";
import { type Resource, resourcesSchema } from "./config.ts";
import { desiredResources, type GroupIds, managedResourceAttributes, type WaitingGroup } from "./desired.ts";

/** What a turn of the duty did and saw. */
export interface ResourcesReport {
  readonly resources: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly waiting: readonly WaitingGroup[];
  readonly doubled: readonly string[];
  /** Rooms and equipment of the existing directory that cannot be booked here. */
  readonly unusable: readonly UnusableBookable[];
}

/**
 * The resources of all services' files, in the order of the files' names.
 *
 * @param folder e.g. `/config/resources`; a missing one declares nothing
 * @throws Error naming the file and the field that is not as it should be
 */
export function readResources(folder: string): Resource[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.sort().flatMap((name) => {
    const file = join(folder, name);
    const result = resourcesSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (result.success) return result.data.resources;
    const [issue] = result.error.issues;
    throw new Error(`${file}: ${issue?.path.join(".")}: ${issue?.message}`);
  });
}

/** Short ids of all groups of the shadow directory, by name in lower case. */
export async function groupIds(shadow: Shadow): Promise<GroupIds> {
  const found = await shadow.find("ou=groups", "(objectClass=planbGroup)", ["cn", "displayName"]);
  const names = new Map(
    found.flatMap((entry) =>
      texts(entry, "cn")
        .slice(0, 1)
        .map((id) => [id, texts(entry, "displayName")[0]]),
    ),
  );
  return indexByName(names.keys(), (id) => names.get(id));
}

/**
 * Makes the entries below `ou=resources` those that are declared, and those that the existing directory has; everything
 * else there goes.
 *
 * @param fromAd the existing directory's rooms and equipment; `found` undefined: not known now, so those here stay
 */
export async function keepResources(
  shadow: Shadow,
  declared: readonly Resource[],
  fromAd: Pick<Bookables, "found"> = { found: [] },
): Promise<ResourcesReport> {
  const found = fromAd.found ?? [];
  const copied = usableBookables(found, await takenAddresses(shadow, declared, found));
  const wanted = [...declared, ...copied.resources];
  const { entries, waiting, doubled } = desiredResources(wanted, await groupIds(shadow));
  const there = new Map<string, Attributes>();
  const here = await shadow.find("ou=resources", "(objectClass=planbResource)", ["cn", ...managedResourceAttributes]);
  for (const entry of here) {
    const attributes = managedResourceAttributes.map((name) => [name, texts(entry, name).sort()] as const);
    there.set(texts(entry, "cn")[0] ?? "", Object.fromEntries(attributes));
  }
  const dn = (id: string): string => `cn=${id},ou=resources,${shadow.baseDn}`;
  let [added, changed, removed] = [0, 0, 0];
  // Removed first: an address may pass from one to another.
  for (const id of there.keys()) {
    if (entries.has(id) || (fromAd.found === undefined && isBookableId(id))) continue;
    await shadow.remove(dn(id));
    removed++;
  }
  for (const [id, attributes] of entries) {
    const is = there.get(id);
    const changes = is ? attributeChanges(is, attributes) : [];
    if (!is) {
      await shadow.add(dn(id), { objectClass: ["planbResource"], cn: [id], ...attributes });
      added++;
    } else if (changes.length > 0) {
      await shadow.modify(dn(id), changes);
      changed++;
    }
  }
  const resources = there.size + added - removed;
  return { resources, added, changed, removed, waiting, doubled, unusable: copied.unusable };
}
