import * as pulumi from "@pulumi/pulumi";
import type { Probe, Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import type { MailboxDutyInput } from "../../steward/mailbox/config.ts";
import { accessTokenLabel } from "../access/index.ts";
import type { ServiceArgs, StewardFiles } from "../args.ts";
import { type Directory, directoryName, directoryPort, serviceDn, suffix } from "../directory/index.ts";
import type { DeviceSetting } from "../portal/index.ts";
import type { MailboxConfig } from "./config.ts";
import { mailboxProbe } from "./probes.ts";
import { mailboxName, mailboxPorts, mailboxWorkload, secretsConf, sharedResources } from "./workloads.ts";

export { type MailboxConfig, mailboxConfig, sharedId } from "./config.ts";
export { mailboxName, mailboxPorts } from "./workloads.ts";

/** Arguments of {@link Mailbox}. */
export interface MailboxArgs extends ServiceArgs<MailboxConfig> {
  readonly directory: Directory;
  /** First mail domain, in which the smoke account has its address. */
  readonly mailDomain: string;
  /** Largest message that the mail server takes, in MiB. */
  readonly maxMessageMiB: number;
  /** Where scripts send replies and redirected mail, e.g. `mail:2526`. */
  readonly submission: string;
  /** Workloads to be ready before the first start. */
  readonly after: readonly Running[];
}

/** The mailboxes: Dovecot, in which people and shared mailboxes keep their mail by their immutable key. */
export class Mailbox extends pulumi.ComponentResource implements Service {
  readonly service = "mailbox";
  readonly probes: readonly Probe[];
  readonly inside: readonly Probe[];
  readonly running: Running;
  /** What the steward keeps true: shared mailboxes, rights, quotas, and that nobody shut out stays connected. */
  readonly stewardFiles: StewardFiles;
  /** What phones and mail programs need to read mail. */
  readonly deviceSettings: readonly DeviceSetting[];

  constructor(name: string, args: MailboxArgs, options?: pulumi.ComponentResourceOptions) {
    super("planb:service:Mailbox", name, {}, options);
    const { config, identity, secrets, directory } = args;
    const hostName = identity.hostName("mail");
    const apiKey = secrets.derive("mailbox/api/1");
    const accessToken = secrets.derive(accessTokenLabel("mailbox"));
    const secret = pulumi
      .all([directory.password("mailbox"), apiKey, accessToken])
      .apply(([directoryPassword, key, token]) => secretsConf({ directoryPassword, apiKey: key, accessToken: token }));
    const certificate = secrets.certificate("mailbox/tls/1", [mailboxName, hostName]);
    const workload = mailboxWorkload(
      config,
      {
        hostName,
        submission: args.submission,
        maxMessageMiB: args.maxMessageMiB,
        directory: {
          url: `ldaps://${directoryName}:${directoryPort}`,
          bindDn: serviceDn("mailbox"),
          suffix,
        },
      },
      { caPem: secrets.caPem, ...certificate, secretsConf: secret, accessToken },
    );
    this.running = args.platform.run(workload, { parent: this, service: this.service, after: args.after });
    this.probes = [mailboxProbe(`imaps://${hostName}:${config.imapPort}`, args.mailDomain)];
    this.inside = [mailboxProbe(`imaps://${mailboxName}:${mailboxPorts.imaps}`, args.mailDomain)];
    this.deviceSettings = [{ kind: "imap", host: hostName, port: config.imapPort, security: "tls" }];
    const duty: MailboxDutyInput = {
      url: `https://${mailboxName}:${mailboxPorts.api}/doveadm/v1`,
      quotas: config.quotas,
    };
    this.stewardFiles = {
      files: {
        "mailbox.json": `${JSON.stringify(duty, undefined, 2)}\n`,
        "resources/mailbox.json": `${JSON.stringify(sharedResources(config), undefined, 2)}\n`,
      },
      secretFiles: { "secrets/mailbox-api": apiKey },
    };
    this.registerOutputs({ probes: this.probes });
  }
}
