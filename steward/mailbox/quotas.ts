import { type ByName, oneOf, type WhyNone } from "../groups.ts";
import type { MailboxDuty } from "./config.ts";

/** What groups give, and the groups that give nothing because they are not to be had. */
export interface GroupQuotas {
  /** MiB by the group's short id; of several for one group the largest. */
  readonly byId: ReadonlyMap<string, number>;
  readonly missing: readonly { readonly group: string; readonly why: WhyNone }[];
}

/** Puts groups' short ids in the place of their names. A group that is not known gives nothing until it is. Pure. */
export function groupQuotas(quotas: MailboxDuty["quotas"], ids: ByName<string>): GroupQuotas {
  const byId = new Map<string, number>();
  const missing = [];
  for (const { group, quotaMiB } of quotas) {
    const id = oneOf(ids, group);
    if ("found" in id) byId.set(id.found, Math.max(quotaMiB, byId.get(id.found) ?? 0));
    else missing.push({ group, why: id.why });
  }
  return { byId, missing };
}
