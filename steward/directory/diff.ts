import type { Attributes, Copy, ShadowEntry } from "./desired.ts";
import { deletedPerson } from "./desired.ts";
import { isTakenAway, type LoginState } from "./state.ts";

/** One change of one attribute. */
export interface AttributeChange {
  readonly operation: "add" | "delete" | "replace";
  readonly type: string;
  readonly values: readonly string[];
}

/** What must be done to one entry. */
export type EntryChange =
  | { readonly kind: "add"; readonly guid: string; readonly entry: ShadowEntry }
  | {
      readonly kind: "modify";
      readonly guid: string;
      readonly entry: ShadowEntry;
      readonly changes: readonly AttributeChange[];
    }
  | { readonly kind: "delete"; readonly guid: string; readonly dn: string };

/** What a pass would do. */
export interface Plan {
  readonly people: readonly EntryChange[];
  readonly groups: readonly EntryChange[];
  /** People whose login is taken away: gone, disabled, account expired. */
  readonly takenAway: readonly string[];
  /** People whose login was taken away and is given back. */
  readonly givenBack: readonly string[];
  /** Groups that are gone. */
  readonly removedGroups: readonly string[];
}

const none: readonly string[] = [];

/** A DN in a form to compare: servers differ in case and in how they escape, e.g. `\\,` and `\\2C`. */
export function comparableDn(dn: string): string {
  return dn
    .replace(/(?:\\[0-9a-f]{2})+/gi, (hex) =>
      Buffer.from(hex.replaceAll("\\", ""), "hex")
        .toString("utf8")
        .replace(/[,+"\\<>;=#]/g, "\\$&"),
    )
    .toLowerCase();
}

function same(type: string, a: readonly string[], b: readonly string[]): boolean {
  const form = type === "seeAlso" ? comparableDn : (value: string): string => value;
  return a.length === b.length && a.every((value, index) => value === b[index] || form(value) === form(b[index] ?? ""));
}

/** Above this many values an attribute is changed value by value, not replaced as a whole. */
const largeAttribute = 16;

/** The changes that make one entry's attributes the other's; attributes in neither list are untouched. */
export function attributeChanges(is: Attributes, should: Attributes): AttributeChange[] {
  const changes: AttributeChange[] = [];
  for (const type of new Set([...Object.keys(is), ...Object.keys(should)])) {
    const now = is[type] ?? none;
    const then = should[type] ?? none;
    if (same(type, now, then)) continue;
    if (now.length <= largeAttribute || then.length === 0) {
      changes.push({ operation: "replace", type, values: then });
      continue;
    }
    const before = new Set(now);
    const after = new Set(then);
    const gone = now.filter((value) => !after.has(value));
    const fresh = then.filter((value) => !before.has(value));
    if (gone.length > 0) changes.push({ operation: "delete", type, values: gone });
    if (fresh.length > 0) changes.push({ operation: "add", type, values: fresh });
  }
  return changes;
}

const stateOf = (entry: ShadowEntry): LoginState => (entry.attributes["planbState"]?.[0] ?? "ok") as LoginState;

function modify(guid: string, is: ShadowEntry, should: ShadowEntry): EntryChange | undefined {
  const changes = attributeChanges(is.attributes, should.attributes);
  return changes.length === 0 ? undefined : { kind: "modify", guid, entry: should, changes };
}

/** What makes the copy what it should be. */
export function plan(is: Copy, should: Copy): Plan {
  const people: EntryChange[] = [];
  const takenAway: string[] = [];
  const givenBack: string[] = [];
  for (const [guid, entry] of should.people) {
    const known = is.people.get(guid);
    if (!known) {
      people.push({ kind: "add", guid, entry });
      continue;
    }
    if (known === entry) continue;
    const was = isTakenAway(stateOf(known));
    const will = isTakenAway(stateOf(entry));
    if (will && !was) takenAway.push(guid);
    if (was && !will) givenBack.push(guid);
    const change = modify(guid, known, entry);
    if (change) people.push(change);
  }
  for (const [guid, entry] of is.people) {
    if (should.people.has(guid) || stateOf(entry) === "deleted") continue;
    if (!isTakenAway(stateOf(entry))) takenAway.push(guid);
    const change = modify(guid, entry, deletedPerson(guid, entry));
    if (change) people.push(change);
  }
  const groups: EntryChange[] = [];
  const removedGroups: string[] = [];
  for (const [guid, entry] of should.groups) {
    const known = is.groups.get(guid);
    if (known === entry) continue;
    const change: EntryChange | undefined = known ? modify(guid, known, entry) : { kind: "add", guid, entry };
    if (change) groups.push(change);
  }
  for (const [guid, entry] of is.groups) {
    if (should.groups.has(guid)) continue;
    removedGroups.push(guid);
    groups.push({ kind: "delete", guid, dn: entry.dn });
  }
  return { people, groups, takenAway, givenBack, removedGroups };
}
