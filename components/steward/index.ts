import * as pulumi from "@pulumi/pulumi";
import type { Egress, Probe, Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import { smokeAppPassword } from "../access/index.ts";
import type { ServiceArgs, StewardFiles } from "../args.ts";
import type { StewardConfig } from "./config.ts";
import { stewardName, stewardWorkload } from "./workloads.ts";

export { type StewardConfig, stewardConfig } from "./config.ts";
export { stewardName, stewardPort } from "./workloads.ts";

/** Arguments of {@link Steward}. */
export interface StewardArgs extends ServiceArgs<StewardConfig> {
  /** What the directory, the login and others want kept true. */
  readonly handed: readonly StewardFiles[];
  /** Services shown in the status, in this order. */
  readonly services: readonly string[];
  /** Probes of all services. */
  readonly watched: readonly Probe[];
  /** What is tried from inside only. */
  readonly inside: readonly Probe[];
  /** The account that the login probe uses. */
  readonly smoke: { readonly uid: string; readonly displayName: string; readonly mail?: string };
  /** Names of the workloads that read metrics and status, e.g. the start page. */
  readonly readers: readonly string[];
  /** What it has to reach outside. Default: nothing. */
  readonly egress?: readonly Egress[];
  /** Workloads to be ready before the first start: the directory. Default: none. */
  readonly after?: readonly Running[];
}

/** The steward: keeps the shadow directory a copy of the existing one and the realm as code has it, and watches. */
export class Steward extends pulumi.ComponentResource implements Service {
  readonly service = "steward";
  /** None from outside: its metrics and status are for the stack's own pages. */
  readonly probes: readonly Probe[] = [];
  readonly running: Running;

  constructor(name: string, args: StewardArgs, options?: pulumi.ComponentResourceOptions) {
    super("planb:service:Steward", name, {}, options);
    const { config, identity, secrets } = args;
    const duties = {
      stack: identity.name,
      municipality: identity.municipality,
      services: args.services,
      probes: args.watched,
      inside: args.inside,
      smoke: args.smoke,
      readers: args.readers,
      egress: args.egress ?? [],
    };
    const workload = stewardWorkload(config, duties, {
      caPem: secrets.caPem,
      ...secrets.certificate("steward/tls/1", [stewardName]),
      smokePassword: secrets.derive("smoke/password/1"),
      smokeAppPassword: smokeAppPassword(secrets),
      handed: args.handed,
    });
    this.running = args.platform.run(workload, { parent: this, service: this.service, after: args.after ?? [] });
    this.registerOutputs({ probes: this.probes });
  }
}
