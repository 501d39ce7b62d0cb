import type { ListsDutyInput } from "../../steward/lists/config.ts";
import type { ListsConfig } from "./config.ts";

/** Content of the steward's `/config/lists.json`: which groups are what to which list. Pure. */
export function stewardJson(config: ListsConfig): string {
  const settings: ListsDutyInput = {
    lists: config.lists.map(({ name, members, owners, moderators }) => ({ name, members, owners, moderators })),
  };
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}
