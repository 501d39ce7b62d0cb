import type { StackIdentity } from "../../config/index.ts";
import type { DirectoryConfigInput } from "../../steward/directory/config.ts";
import type { DirectoryConfig } from "./config.ts";
import type { ExistingDirectory } from "./existing.ts";

/** Content of the steward's `/config/directory.json`: what the directory sync reads and writes. */
export function stewardJson(config: DirectoryConfig, existing: ExistingDirectory, identity: StackIdentity): string {
  const settings: DirectoryConfigInput = {
    controllers: existing.controllers.map(({ host, port }) => `ldaps://${host}:${port}`),
    bindDn: existing.bindName,
    people: existing.people.map((base) => ({ ...base })),
    groups: existing.groups.map((base) => ({ ...base })),
    everySeconds: config.everySeconds,
    removalGuardPercent: config.removalGuardPercent,
    authority: config.authority,
    rememberPasswords: config.rememberPasswords,
    coverage: { targetPercent: config.coverageTargetPercent, groups: [...config.coverageGroups] },
    codes: {
      validDays: config.codeDays,
      loginUrl: identity.origin("start"),
      municipality: identity.municipality,
    },
  };
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}
