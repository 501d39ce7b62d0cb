import { EqualityFilter, OrFilter } from "ldapts";
import { z } from "zod";
import { bookableId } from "../../model/bookable.ts";
import { texts } from "../directory/ad-entries.ts";
import type { AdBookable, Shadow } from "../directory/index.ts";
import { type Resource, resourceSchema } from "./config.ts";

/** A room or a piece of equipment of the existing directory that cannot be booked here, and why. */
export interface UnusableBookable {
  readonly name: string;
  readonly why: string;
}

/** What has an address already: the address in lower case, and in a few words who has it. */
export type TakenAddresses = ReadonlyMap<string, string>;

/** The existing directory's rooms and equipment, as the resources they are here, and those that cannot be. */
export interface UsableBookables {
  readonly resources: readonly Resource[];
  readonly unusable: readonly UnusableBookable[];
}

const address = z.email();

/**
 * Those that can be invited: with an address of their own. Of two with one address the one with the lower GUID has it, so
 * that it is the same one at every pass.
 */
export function usableBookables(found: readonly AdBookable[], taken: TakenAddresses): UsableBookables {
  const resources: Resource[] = [];
  const unusable: UnusableBookable[] = [];
  const mine = new Map(taken);
  for (const one of [...found].sort((a, b) => (a.guid < b.guid ? -1 : 1))) {
    const { name, mail } = one;
    const why = whyNot(mail, mine);
    if (mail === undefined || why !== undefined) {
      unusable.push({ name, why: why ?? "" });
      continue;
    }
    const aliases = one.aliases.filter((alias) => address.safeParse(alias).success && !mine.has(alias));
    for (const each of [mail, ...aliases]) mine.set(each, `"${name}"`);
    resources.push(
      resourceSchema.parse({
        ...{ id: bookableId(one.guid), kind: one.kind, displayName: name, mail, aliases, concurrent: 1 },
        ...(one.building === undefined ? {} : { building: one.building }),
        ...(one.description === undefined ? {} : { description: one.description }),
        ...(one.capacity === undefined ? {} : { capacity: one.capacity }),
      }),
    );
  }
  return { resources, unusable };
}

function whyNot(mail: string | undefined, taken: TakenAddresses): string | undefined {
  if (mail === undefined) return "it has no mail address in AD";
  if (!address.safeParse(mail).success) return `its address in AD, "${mail}", is none that mail can be sent to`;
  const holder = taken.get(mail);
  return holder === undefined ? undefined : `its address in AD, "${mail}", is that of ${holder}`;
}

/** Who has the addresses of rooms and equipment already: what services declare, people and groups. */
export async function takenAddresses(
  shadow: Shadow,
  declared: readonly Resource[],
  found: readonly AdBookable[],
): Promise<TakenAddresses> {
  const taken = new Map<string, string>();
  const wanted = found.flatMap(({ mail, aliases }) => [...(mail ? [mail] : []), ...aliases]);
  const attributes = ["mail", "planbMailAlias"];
  const branches = [
    // No names of people: the status is shown to many.
    { branch: "ou=people", who: "a person", but: "(!(planbState=deleted))" },
    { branch: "ou=groups", who: "a group", but: "" },
  ];
  for (let at = 0; at < wanted.length; at += 100) {
    const some = wanted.slice(at, at + 100);
    const either = new OrFilter({
      filters: attributes.flatMap((attribute) => some.map((value) => new EqualityFilter({ attribute, value }))),
    });
    for (const { branch, who, but } of branches) {
      for (const entry of await shadow.find(branch, `(&${either.toString()}${but})`, attributes)) {
        for (const each of attributes.flatMap((name) => texts(entry, name))) taken.set(each.toLowerCase(), who);
      }
    }
  }
  for (const { mail, aliases, displayName } of declared) {
    for (const each of [mail, ...aliases]) taken.set(each.toLowerCase(), `"${displayName}" in the stack file`);
  }
  return taken;
}
