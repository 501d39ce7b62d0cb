import * as pulumi from "@pulumi/pulumi";
import type { Probe, Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import { dovecotAccessSecret } from "../access/dovecot.ts";
import { accessTokenLabel } from "../access/index.ts";
import type { ServiceArgs } from "../args.ts";
import { readAuthority } from "../authority-file.ts";
import type { Directory } from "../directory/index.ts";
import type { Site } from "../edge/index.ts";
import type { DeviceSetting, PortalService } from "../portal/index.ts";
import type { CertificateOutput, StackSecrets } from "../secrets.ts";
import { ldapFile, ldapTables } from "./conf/ldap.ts";
import type { ListRoute } from "./conf/postfix.ts";
import type { MailSettings } from "./config.ts";
import { mailInside, mailProbes } from "./probes.ts";
import { type Smarthost, smarthostLogin } from "./smarthost.ts";
import { domainTables, filterWorkload, mailName, mailPrograms, mailWorkload, programTable } from "./workloads.ts";

export type { ListRoute } from "./conf/postfix.ts";
export { type MailSettings, mailFields, mailSettings } from "./config.ts";
export { filterName, mailName } from "./workloads.ts";

/** Arguments of {@link Mail}. */
export interface MailArgs extends ServiceArgs<MailSettings> {
  readonly directory: Directory;
  /** The mailboxes: where mail for people goes, and how mail programs read it. */
  readonly mailbox: {
    /** Its IMAPS inside the stack. */
    readonly imapUrl: string;
    readonly running: Running;
    readonly workload: string;
    readonly lmtpPort: number;
    readonly imapPort: number;
    readonly deviceSettings: readonly DeviceSetting[];
  };
  /** The mailing lists. Default: none. */
  readonly lists?: ListRoute;
  /** The municipality's own certificate, where it covers the mail server's name. Default: the stack's is shown. */
  readonly publicCertificate?: CertificateOutput | undefined;
  /** The pages of mail that edge serves. */
  readonly sites: readonly Site[];
  /** Workloads to be ready before the first start. */
  readonly after: readonly Running[];
}

/** Mail in and out: Postfix, and Rspamd that filters and signs. */
export class Mail extends pulumi.ComponentResource implements Service {
  readonly service = "mail";
  readonly probes: readonly Probe[];
  readonly inside: readonly Probe[];
  readonly running: Running;
  /** As the start page lists it, with what a phone or mail program needs. */
  readonly portalService: PortalService;

  constructor(name: string, args: MailArgs, options?: pulumi.ComponentResourceOptions) {
    super("planb:service:Mail", name, {}, options);
    const { config: settings, identity, secrets, directory, mailbox, lists } = args;
    const hostName = identity.hostName("mail");
    const accessToken = secrets.derive(accessTokenLabel("mail"));
    const domains = settings.domains;
    const password = directory.password("mail");
    const tables = Object.entries(ldapTables).map(([table, look]) => {
      const limited = domainTables.includes(table) ? domains : [];
      return [table, password.apply((secret) => ldapFile(look, secret, limited))] as const;
    });
    // The label of a workload's certificate is its name's, so programs are known before they are made.
    const programs = mailPrograms.map((program) => [
      program,
      secrets.certificate(`${program}/tls/1`, [program]).certPem,
    ]);
    const filter = args.platform.run(filterWorkload(settings, [...domains, ...(lists ? [lists.domain] : [])]), {
      parent: this,
      service: this.service,
    });
    const workload = mailWorkload(
      {
        settings,
        hostName,
        mailbox: { workload: mailbox.workload, port: mailbox.lmtpPort },
        ...(lists ? { lists } : {}),
      },
      {
        caPem: secrets.caPem,
        ...secrets.certificate("mail/tls/1", [mailName, hostName]),
        ldap: Object.fromEntries(tables),
        programs: pulumi
          .output(Object.fromEntries(programs) as Record<string, pulumi.Output<string>>)
          .apply(programTable),
        accessToken,
        authConf: accessToken.apply((token) => dovecotAccessSecret(mailName, token)),
        ...(args.publicCertificate ? { publicCertificate: args.publicCertificate } : {}),
        ...(settings.smarthost ? { smarthost: smarthostFiles(settings.smarthost, secrets, identity.name) } : {}),
        srsSecret: secrets.derive("mail/srs/1"),
      },
    );
    this.running = args.platform.run(workload, {
      parent: this,
      service: this.service,
      after: [filter, mailbox.running, ...args.after],
    });
    this.probes = mailProbes(identity, settings, mailbox.imapPort, args.sites);
    this.inside = [mailInside(settings, mailbox.imapUrl)];
    this.portalService = {
      service: this.service,
      title: { da: "Mail", en: "Mail" },
      about: {
        da: "Din mail i telefonen eller i et mailprogram som Thunderbird.",
        en: "Your mail on the phone or in a mail program like Thunderbird.",
      },
      needs: ["mailbox"],
      settings: [
        ...mailbox.deviceSettings,
        { kind: "smtp", host: hostName, port: settings.ports.submissions, security: "tls" },
      ],
    };
    this.registerOutputs({ probes: this.probes });
  }
}

/** What the smarthost asks for. @throws UserError when the file with its authority is not right */
function smarthostFiles(to: Smarthost, secrets: StackSecrets, stack: string) {
  const where = `stacks/${stack}.yaml: mail.smarthost.caFile`;
  const expected = "the authority of the smarthost's certificate, PEM";
  return {
    ...(to.caFile === undefined ? {} : { caPem: readAuthority(to.caFile, where, expected) }),
    ...(to.user === undefined
      ? {}
      : { login: secrets.given("smarthostPassword").apply((password) => smarthostLogin(to, password)) }),
  };
}
