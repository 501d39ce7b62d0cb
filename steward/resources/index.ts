import { join } from "node:path";
import type { ResourcesStatus } from "../../model/status.ts";
import { unusableLine } from "../../model/status-problems.ts";
import { type Bookables, type DirectoryConfig, openShadow, type Shadow } from "../directory/index.ts";
import { log, words } from "../log.ts";
import { type Loop, startLoop } from "../loop.ts";
import { keepResources, type ResourcesReport, readResources } from "./keep.ts";

export type { UnusableBookable } from "./bookables.ts";
export { type Resource, type ResourcesInput, resourcesSchema } from "./config.ts";
export type { WaitingGroup } from "./desired.ts";
export { groupIds } from "./keep.ts";

/** The loop that keeps resources in the directory. */
export interface ResourcesLoop extends Loop {
  status(): ResourcesStatus;
}

/** Seconds between two turns where nothing was told to have changed, and after a failure. */
const everySeconds = 300;
const retrySeconds = 10;

/**
 * Keeps the entries below `ou=resources` as the services' files in `/config/resources` declare them.
 *
 * @param fromAd what is known of the existing directory's rooms and equipment; undefined: nothing yet, so those here stay
 * @param then runs after each turn with the same connection, e.g. what the mailboxes need of it
 */
export function startResources(
  folder: string,
  config: Pick<DirectoryConfig, "shadow">,
  fromAd: () => Bookables | undefined,
  then: (shadow: Shadow) => Promise<void> = async () => undefined,
): ResourcesLoop {
  let status: ResourcesStatus = { state: "waiting", message: undefined, resources: 0, waiting: [], unusable: [] };
  const turn = async (): Promise<void> => {
    const declared = readResources(join(folder, "resources"));
    const shadow = await openShadow(config);
    try {
      const known = fromAd();
      const report = await keepResources(shadow, declared, known ?? { found: undefined });
      tell(report, status);
      const [twice] = report.doubled;
      const message = twice === undefined ? known?.problem : `two services declare a resource "${twice}"`;
      if (message !== undefined && message !== status.message) log(`resources: ${message}`);
      const { resources, waiting, unusable } = report;
      status = { state: twice ? "failed" : "ok", message, resources, waiting, unusable };
      await then(shadow);
    } finally {
      await shadow.close();
    }
  };
  const loop = startLoop(
    async () => {
      try {
        await turn();
      } catch (error) {
        const message = words(error);
        if (message !== status.message) log(`resources: ${message}`);
        status = { ...status, state: "failed", message };
      }
    },
    () => (status.state === "ok" ? everySeconds : retrySeconds),
  );
  return { ...loop, status: () => status };
}

function tell(report: ResourcesReport, before: ResourcesStatus): void {
  const { added, changed, removed, resources, waiting, unusable } = report;
  if (added + changed + removed > 0)
    log(`resources: ${resources} added=${added} changed=${changed} removed=${removed} waiting=${waiting.length}`);
  const known = new Set(before.waiting.map(({ resource, group }) => `${resource}/${group}`));
  for (const { resource, group, why } of waiting) {
    if (known.has(`${resource}/${group}`)) continue;
    log(
      `resources: ${resource}: the group "${group}" is ${why === "unknown" ? "not here yet" : "here more than once"}`,
    );
  }
  const told = new Set(before.unusable.map(unusableLine));
  for (const line of unusable.map(unusableLine)) if (!told.has(line)) log(`resources: ${line}`);
}
