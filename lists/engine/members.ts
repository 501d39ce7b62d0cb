import type { Member } from "./rest.ts";

/** Somebody who should get a list's mail. */
export interface Wanted {
  /** Lower case. */
  readonly address: string;
  readonly name: string;
  /** Undefined: nobody of the staff. */
  readonly guid: string | undefined;
  /** Whether a welcome is sent: to those by hand, not to those whom a group puts there. */
  readonly welcome: boolean;
}

/** What is to be done so that Mailman's members are those wanted. */
export interface MemberPlan {
  readonly add: readonly Wanted[];
  readonly remove: readonly string[];
  /** Members that Mailman let in since the last time: they joined by mail, or a moderator let them in. */
  readonly joined: readonly Member[];
  /** Addresses that were put there and are gone: they left by mail, or their mail bounced for good. */
  readonly left: readonly string[];
}

/**
 * Three-way comparison. Pure.
 *
 * @param wanted by groups and by hand
 * @param found Mailman's members
 * @param applied addresses that were members after the last time
 */
export function planMembers(
  wanted: readonly Wanted[],
  found: readonly Member[],
  applied: ReadonlySet<string>,
): MemberPlan {
  const want = new Map(wanted.map((one) => [one.address, one]));
  const have = new Map(found.map((one) => [one.email.toLowerCase(), one]));
  return {
    add: [...want.values()].filter(({ address }) => !have.has(address) && !applied.has(address)),
    remove: [...have.keys()].filter((address) => !want.has(address) && applied.has(address)),
    joined: [...have].filter(([address]) => !want.has(address) && !applied.has(address)).map(([, one]) => one),
    left: [...want.keys()].filter((address) => !have.has(address) && applied.has(address)),
  };
}
