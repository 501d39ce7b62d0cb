import type * as pulumi from "@pulumi/pulumi";
import type { StackConfig, StackIdentity } from "../config/index.ts";
import type { StackOutputs } from "../model/index.ts";
import type { Platform } from "../platform/platform.ts";

/** The services' sections of the stack file, by key. */
export const sections = {};

/** What a deployment needs. */
export interface DeployArgs {
  readonly config: StackConfig<typeof sections>;
  readonly identity: StackIdentity;
  readonly platform: Platform;
  /** The `planb` section of the Pulumi config: the master and the given secrets. */
  readonly settings: pulumi.Config;
}

/** Composes the services of a stack and tells its outputs. */
export function deploy({ config, identity, platform }: DeployArgs): Partial<StackOutputs> {
  const { name: stack, municipality, mode } = identity;
  return { stack, municipality, mode, platform: config.platform, urls: {}, probes: [], workloads: platform.workloads };
}
