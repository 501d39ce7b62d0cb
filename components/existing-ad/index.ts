import * as pulumi from "@pulumi/pulumi";
import type { Probe, Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import type { ServiceArgs } from "../args.ts";
import type { ExistingDirectory } from "../directory/index.ts";
import type { ExistingAdConfig } from "./config.ts";
import { bindName, controllerName, existingAdWorkload, groupsDn, peopleDn } from "./workloads.ts";

export { type DemoConfig, demoConfig, type ExistingAdConfig } from "./config.ts";
export { controllerName, existingAdName } from "./workloads.ts";

/**
 * The demo's existing Active Directory: a Samba AD domain controller with a made-up staff and an authority of its own.
 * Demo only. The stack treats it as something it does not own: the shadow directory reads it like any other.
 */
export class ExistingAd extends pulumi.ComponentResource implements Service {
  readonly service = "existing-ad";
  /** None: it stands for what is not ours, and the stack must do without it. */
  readonly probes: readonly Probe[] = [];
  readonly running: Running;
  /** How the shadow directory reaches it. */
  readonly directory: ExistingDirectory;

  constructor(name: string, args: ServiceArgs<ExistingAdConfig>, options?: pulumi.ComponentResourceOptions) {
    super("planb:service:ExistingAd", name, {}, options);
    const { config, secrets } = args;
    const authority = secrets.authority("existing-ad/ca/1", "Demo Kommune AD CA");
    const bindPassword = secrets.derive("existing-ad/svc-planb/1");
    const workload = existingAdWorkload(config, {
      caPem: authority.caPem,
      ...authority.certificate("existing-ad/tls/1", [controllerName]),
      // AD asks for several kinds of characters, which a derived secret nearly always has.
      administrator: secrets.derive("existing-ad/administrator/1").apply((secret) => `Aa1-${secret}`),
      bindPassword: bindPassword.apply((secret) => `Aa1-${secret}`),
    });
    this.running = args.platform.run(workload, { parent: this, service: this.service });
    this.directory = {
      controllers: [{ host: controllerName, port: 636 }],
      caPem: authority.caPem,
      bindName,
      bindPassword: bindPassword.apply((secret) => `Aa1-${secret}`),
      people: [{ baseDn: peopleDn, filter: "(objectClass=*)" }],
      groups: [{ baseDn: groupsDn, filter: "(objectClass=*)" }],
      inside: true,
    };
    this.registerOutputs({});
  }
}
