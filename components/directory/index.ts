import * as pulumi from "@pulumi/pulumi";
import { shownPath, stackFile } from "../../config/index.ts";
import { type Egress, type Probe, type Service, UserError } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import type { ServiceArgs, StewardFiles } from "../args.ts";
import type { DirectoryConfig } from "./config.ts";
import { declaredDirectory, type ExistingDirectory } from "./existing.ts";
import { directoryProbes, systemSecret } from "./probes.ts";
import { type ServiceAccount, servicePasswords } from "./slapd.ts";
import { stewardJson } from "./steward.ts";
import { directoryName, directoryWorkload, existingEgress } from "./workloads.ts";

export { type DirectoryConfig, directoryConfig } from "./config.ts";
export type { ExistingDirectory, SearchBase } from "./existing.ts";
export { type ServiceAccount, serviceDn, suffix, systemDn } from "./slapd.ts";
export { directoryName, directoryPort } from "./workloads.ts";

/** Arguments of {@link Directory}. */
export interface DirectoryArgs extends ServiceArgs<DirectoryConfig> {
  /** The demo's existing directory, used when the stack file declares none. */
  readonly demo?: ExistingDirectory;
  /** Workloads to be ready before the first start: the demo's existing directory. */
  readonly after?: readonly Running[];
}

/** The shadow directory: OpenLDAP with our copy of people, groups and passwords. */
export class Directory extends pulumi.ComponentResource implements Service {
  readonly service = "directory";
  readonly probes: readonly Probe[];
  readonly running: Running;
  /** Who says what a password is; the realm needs to know. */
  readonly authority: "ad" | "planb";
  /** What the steward needs to keep the copy. */
  readonly stewardFiles: StewardFiles;
  /** What the steward has to reach outside: the domain controllers. */
  readonly stewardEgress: readonly Egress[];
  /** Passwords of the everyday systems, for the stack's outputs. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  readonly #services: Readonly<Record<ServiceAccount, pulumi.Output<string>>>;

  /** @throws UserError when no existing directory is declared and the demo's is not there either */
  constructor(name: string, args: DirectoryArgs, options?: pulumi.ComponentResourceOptions) {
    const { config, identity, secrets } = args;
    const existing = chooseExisting(args);
    super("planb:service:Directory", name, {}, options);
    const hostName = identity.hostName(directoryName);
    this.#services = servicePasswords((account) => secrets.derive(`directory/${account}/1`));
    const systems = Object.fromEntries(
      (config.offer?.systems ?? []).map((system) => [system, secrets.derive(`directory/system/${system}/1`)]),
    );
    const workload = directoryWorkload(config, existing, hostName, {
      caPem: secrets.caPem,
      ...secrets.certificate("directory/tls/1", [directoryName, hostName]),
      services: this.#services,
      systems,
    });
    this.running = args.platform.run(workload, { parent: this, service: this.service, after: args.after ?? [] });
    this.probes = directoryProbes(config, hostName);
    this.authority = config.authority;
    this.stewardFiles = {
      files: { "directory.json": stewardJson(config, existing, identity), "directory/ad-ca.pem": existing.caPem },
      secretFiles: { "secrets/ad-bind": existing.bindPassword, "secrets/directory-steward": this.#services.steward },
    };
    this.stewardEgress = existingEgress(existing);
    this.secrets = Object.fromEntries(Object.entries(systems).map(([system, value]) => [systemSecret(system), value]));
    this.registerOutputs({ probes: this.probes });
  }

  /** Password of a program's account. */
  password(account: ServiceAccount): pulumi.Output<string> {
    return this.#services[account];
  }
}

function chooseExisting({ config, identity, secrets, demo }: DirectoryArgs): ExistingDirectory {
  const file = shownPath(stackFile(identity.name));
  if (config.existing) return declaredDirectory(config.existing, secrets, file);
  if (demo) return demo;
  throw new UserError(
    `${file}: directory.existing: required, the Active Directory that people are copied from ` +
      "(or, for a trial, the demo's own: demo: {existingAd: {}}); see docs/stack-file.md",
  );
}
