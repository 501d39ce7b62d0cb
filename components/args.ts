import type { Input } from "@pulumi/pulumi";
import type { StackIdentity } from "../config/index.ts";
import type { Platform } from "../platform/platform.ts";
import type { StackSecrets } from "./secrets.ts";

/** What every component is given: the stack, where it runs, its secrets and its own section of the stack file. */
export interface ServiceArgs<Config> {
  readonly identity: StackIdentity;
  readonly platform: Platform;
  readonly secrets: StackSecrets;
  /** The component's section of the stack file, checked and complete. */
  readonly config: Config;
}

/** Files a component hands to the steward, which works for it at run time; they land below the steward's `/config`. */
export interface StewardFiles {
  readonly files: Readonly<Record<string, Input<string>>>;
  readonly secretFiles: Readonly<Record<string, Input<string>>>;
}
