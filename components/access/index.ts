import * as pulumi from "@pulumi/pulumi";
import { type AccessClient, accessClients } from "../../access/settings.ts";
import type { Probe, Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import type { ServiceArgs } from "../args.ts";
import type { Directory } from "../directory/index.ts";
import type { SsoConfig } from "../sso/config.ts";
import type { AccessConfig } from "./config.ts";
import { accessName, accessWorkload } from "./workloads.ts";

export { type AccessConfig, accessConfig } from "./config.ts";
export { accessName, accessPort } from "./workloads.ts";
export type { AccessClient };

/** Label of the bearer token by which a program proves itself; the file is `secrets/access-token` in its `/config`. */
export const accessTokenLabel = (client: AccessClient): string => `access/${client}/1`;

/** Arguments of {@link Access}. */
export interface AccessArgs extends ServiceArgs<AccessConfig> {
  readonly directory: Directory;
  /** The section `sso`: who needs a second factor, how many guesses there are. */
  readonly sso: SsoConfig;
  /** OpenID clients whose access tokens open mail. Default: the groupware's */
  readonly tokenClients?: readonly string[];
}

/** Checks passwords for the protocols without a web login, keeps app passwords, and counts guesses for all. */
export class Access extends pulumi.ComponentResource implements Service {
  readonly service = "access";
  readonly probes: readonly Probe[] = [];
  /** The server, to name in `after`. */
  readonly running: Running;

  constructor(name: string, args: AccessArgs, options?: pulumi.ComponentResourceOptions) {
    super("planb:service:Access", name, {}, options);
    const { config, sso, identity, secrets, directory } = args;
    const tokens = Object.fromEntries(
      accessClients.map((client) => [client, secrets.derive(accessTokenLabel(client))]),
    ) as Record<AccessClient, pulumi.Output<string>>;
    const workload = accessWorkload({
      config,
      sso,
      identity,
      tokenClients: args.tokenClients ?? ["groupware"],
      caPem: secrets.caPem,
      ...secrets.certificate("access/tls/1", [accessName]),
      directoryPassword: directory.password("access"),
      tokens,
    });
    this.running = args.platform.run(workload, { parent: this, service: this.service, after: [directory.running] });
    this.registerOutputs({});
  }
}
