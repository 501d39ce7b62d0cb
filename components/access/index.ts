import * as pulumi from "@pulumi/pulumi";
import { type AccessClient, perClient } from "../../access/settings.ts";
import { appPasswordFrom, type Probe, type Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import type { ServiceArgs } from "../args.ts";
import type { Directory } from "../directory/index.ts";
import type { StackSecrets } from "../secrets.ts";
import type { SsoConfig } from "../sso/config.ts";
import type { AccessConfig } from "./config.ts";
import { accessName, accessWorkload } from "./workloads.ts";

export { type AccessConfig, accessConfig } from "./config.ts";
export { accessName, accessPort, accessUrl } from "./workloads.ts";

/** Label of the bearer token by which a program proves itself; the file is `secrets/access-token` in its `/config`. */
export const accessTokenLabel = (client: AccessClient): string => `access/${client}/1`;

/** Name of the secret with the smoke account's app password, for probes of mail, calendar and files. */
export const smokeAppPasswordSecret = "smoke-app-password";

/** The smoke account's app password, which the steward writes to the directory. */
export const smokeAppPassword = (secrets: StackSecrets): pulumi.Output<string> =>
  secrets.derive("smoke/app-password/1").apply((derived) => appPasswordFrom(derived).text);

/** Arguments of {@link Access}. */
export interface AccessArgs extends ServiceArgs<AccessConfig> {
  readonly directory: Directory;
  /** The section `sso`: who needs a second factor, how many guesses there are. */
  readonly sso: SsoConfig;
}

/** Checks passwords for the protocols without a web login, keeps app passwords, and counts guesses for all. */
export class Access extends pulumi.ComponentResource implements Service {
  readonly service = "access";
  readonly probes: readonly Probe[] = [];
  /** The server, to name in `after`. */
  readonly running: Running;
  /** Secrets that probes need, for the stack's outputs. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: AccessArgs, options?: pulumi.ComponentResourceOptions) {
    super("planb:service:Access", name, {}, options);
    const { config, sso, identity, secrets, directory } = args;
    const workload = accessWorkload({
      config,
      sso,
      identity,
      caPem: secrets.caPem,
      ...secrets.certificate("access/tls/1", [accessName]),
      directoryPassword: directory.password("access"),
      tokens: perClient((client) => secrets.derive(accessTokenLabel(client))),
    });
    this.running = args.platform.run(workload, { parent: this, service: this.service, after: [directory.running] });
    this.secrets = { [smokeAppPasswordSecret]: smokeAppPassword(secrets) };
    this.registerOutputs({});
  }
}
