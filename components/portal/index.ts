import * as pulumi from "@pulumi/pulumi";
import { identityKey } from "../../model/identity-headers.ts";
import type { Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import type { PortalService } from "../../portal/settings.ts";
import { accessTokenLabel } from "../access/index.ts";
import type { ServiceArgs } from "../args.ts";
import { identityKeyLabel } from "../edge/index.ts";
import type { PortalConfig } from "./config.ts";
import { portalProbes } from "./probes.ts";
import { ownServices, portalRoute, portalWorkload } from "./workloads.ts";

export type { DeviceSetting, PortalService } from "../../portal/settings.ts";
export { type PortalConfig, portalConfig } from "./config.ts";

/** Arguments of {@link Portal}. */
export interface PortalArgs extends ServiceArgs<PortalConfig> {
  /** Services that people open, in the order they are listed; login and directory follow them. Default: none. */
  readonly services?: readonly PortalService[];
}

/** The start page behind the login: what runs, who am I, second factor, help. */
export class Portal extends pulumi.ComponentResource implements Service {
  readonly service = "portal";
  readonly url: string;
  readonly probes;
  /** For edge. */
  readonly route = portalRoute;
  /** The server, to name in `after`. */
  readonly running: Running;

  constructor(name: string, args: PortalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("planb:service:Portal", name, {}, opts);
    const { identity, config, secrets } = args;
    const workload = portalWorkload({
      identity,
      config,
      services: [...(args.services ?? []), ...ownServices(identity)],
      caPem: secrets.caPem,
      ...secrets.certificate("portal/tls/1", ["portal"]),
      identityKey: secrets.derive(identityKeyLabel).apply(identityKey),
      accessToken: secrets.derive(accessTokenLabel("portal")),
    });
    this.url = identity.origin("start");
    this.probes = portalProbes(identity);
    this.running = args.platform.run(workload, { parent: this, service: this.service });
    this.registerOutputs({ url: this.url, probes: this.probes });
  }
}
