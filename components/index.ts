import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { StackConfig, StackIdentity } from "../config/index.ts";
import type { Probe, Service, StackOutputs } from "../model/index.ts";
import type { Platform, Running } from "../platform/platform.ts";
import { Access, accessConfig } from "./access/index.ts";
import { Booking, bookingConfig, groupwareDatabase, groupwareName, groupwareUrls } from "./booking/index.ts";
import { Database, databaseConfig } from "./database/index.ts";
import { Directory, directoryConfig } from "./directory/index.ts";
import { Edge, edgeConfig, ownCertificate, publicRoots } from "./edge/index.ts";
import { demoConfig, ExistingAd } from "./existing-ad/index.ts";
import { Files, filesConfig } from "./files/index.ts";
import { requireGiven } from "./given.ts";
import { Lists, listsConfig, listsDatabase, listsMailRoute, listsName } from "./lists/index.ts";
import { mailFields } from "./mail/config.ts";
import { Mail } from "./mail/index.ts";
import { Mailbox, mailboxConfig, mailboxName, mailboxPorts } from "./mailbox/index.ts";
import { Portal, portalConfig } from "./portal/index.ts";
import { coversMailServer, sitesOf } from "./records.ts";
import { stackSecrets } from "./secrets.ts";
import { Sso, smokeAddress, smokeName, smokeUser, ssoConfig, ssoDatabase } from "./sso/index.ts";
import { Steward, stewardConfig } from "./steward/index.ts";

export { expiredCertificate } from "./edge/index.ts";
export { giveCommand, givenSecrets } from "./given.ts";
export { usedImages } from "./images.ts";
export { noPostmaster } from "./mail/config.ts";
export { type DkimKey, type MailRecord, recordProblem, zoneLine } from "./mail/dns.ts";
export { sitesOf, stackRecords } from "./records.ts";
export { markOf } from "./secrets.ts";

/** The services' sections of the stack file, by key. A new service adds its line here and in {@link deploy}. */
export const sections = {
  directory: directoryConfig,
  sso: ssoConfig,
  access: accessConfig,
  booking: bookingConfig.optional(),
  lists: listsConfig.optional(),
  mail: z
    .strictObject({ ...mailFields, mailbox: mailboxConfig })
    .optional()
    .describe("Mail: Postfix, Rspamd and the mailboxes. Absent: switched off, what was kept stays"),
  portal: portalConfig,
  files: filesConfig.optional(),
  edge: edgeConfig,
  database: databaseConfig,
  steward: stewardConfig,
  demo: demoConfig.optional(),
};

/** What a deployment needs. */
export interface DeployArgs {
  readonly config: StackConfig<typeof sections>;
  readonly identity: StackIdentity;
  readonly platform: Platform;
  /** The `planb` section of the Pulumi config: the master and the given secrets. */
  readonly settings: pulumi.Config;
}

/** What {@link deploy} exports: `StackOutputs`, of which secrets and certificates are known late. */
export type DeployOutputs = Omit<StackOutputs, "caPem" | "secrets"> & {
  readonly caPem: pulumi.Output<string>;
  readonly secrets: pulumi.Output<Record<string, string>>;
};

/** Those that are there, in their order. */
const present = <T>(...all: readonly (T | undefined)[]): T[] => all.filter((one) => one !== undefined);

/** Composes the services of a stack, servers before those that reach them, and tells its outputs. */
export function deploy({ config, identity, platform, settings }: DeployArgs): DeployOutputs {
  requireGiven(identity.name, config, (name) => settings.getSecret(name) !== undefined);
  const secrets = stackSecrets(settings, `${identity.municipality} plan B`);
  const common = { identity, platform, secrets };
  // Those who come by the public names, inside and from the host, trust what edge shows there too.
  const roots = publicRoots(identity.name, config.edge.certificate);
  const caPem = secrets.caPem.apply((own) => own + roots);
  const sites = sitesOf(config, identity);
  const byPublicName = { ...common, secrets: { ...secrets, caPem } };

  const existingAd = config.demo?.existingAd
    ? new ExistingAd("existing-ad", { ...common, config: config.demo.existingAd })
    : undefined;
  const database = new Database("database", {
    ...common,
    config: config.database,
    clients: present(
      { service: "sso", database: ssoDatabase },
      config.booking && { service: groupwareName, database: groupwareDatabase },
      config.lists && { service: listsName, database: listsDatabase },
    ),
  });
  const directory = new Directory("directory", {
    ...common,
    config: config.directory,
    ...(existingAd ? { demo: existingAd.directory, after: [existingAd.running] } : {}),
  });
  const access = new Access("access", { ...common, config: config.access, sso: config.sso, directory });
  const sso = new Sso("sso", {
    ...byPublicName,
    config: config.sso,
    database,
    directory,
    ...(config.booking ? { groupware: groupwareUrls(identity) } : {}),
    after: [database.running, directory.running, access.running],
  });
  const booking = config.booking
    ? new Booking("booking", {
        ...common,
        config: config.booking,
        database,
        directory,
        ...(config.mail?.domains[0] ? { mailDomain: config.mail.domains[0] } : {}),
        after: [database.running, directory.running, sso.running],
      })
    : undefined;
  const files = config.files ? new Files("files", { ...common, config: config.files, directory }) : undefined;
  const lists =
    config.lists && config.mail
      ? new Lists("lists", {
          ...common,
          config: config.lists,
          database,
          ownDomains: config.mail.domains,
          prober: {
            address: smokeAddress(config.mail.domains[0] ?? ""),
            submissionUrl: `smtps://${identity.hostName("mail")}:${config.mail.ports.submissions}`,
            imapUrl: `imaps://${identity.hostName("mail")}:${config.mail.mailbox.imapPort}`,
          },
          after: [database.running],
        })
      : undefined;
  const mailbox = config.mail
    ? new Mailbox("mailbox", {
        ...common,
        config: config.mail.mailbox,
        directory,
        mailDomain: config.mail.domains[0] ?? "",
        maxMessageMiB: config.mail.maxMessageMiB,
        submission: "mail:2526",
        after: [directory.running, access.running],
      })
    : undefined;
  const mail =
    config.mail && mailbox
      ? new Mail("mail", {
          ...common,
          config: config.mail,
          directory,
          mailbox: {
            running: mailbox.running,
            workload: mailboxName,
            lmtpPort: mailboxPorts.lmtp,
            imapUrl: `imaps://${mailboxName}:${mailboxPorts.imaps}`,
            imapPort: config.mail.mailbox.imapPort,
            deviceSettings: mailbox.deviceSettings,
          },
          ...(config.lists ? { lists: listsMailRoute(config.lists) } : {}),
          publicCertificate: coversMailServer(config, identity)
            ? ownCertificate({ ...common, config: config.edge }, [])
            : undefined,
          sites: sites.served,
          after: [directory.running, access.running],
        })
      : undefined;
  const portal = new Portal("portal", {
    ...byPublicName,
    config: config.portal,
    services: present(mail?.portalService, booking?.portalService, files?.portalService, lists?.portal),
  });
  const edge = new Edge("edge", {
    ...common,
    config: config.edge,
    roots,
    sites: sites.served,
    routes: present(portal.route, booking?.route, files?.route, lists?.route),
    after: present<{ running: Running }>(portal, sso, access, booking, files, lists).map(({ running }) => running),
  });
  const services = present<Service>(portal, mail, mailbox, booking, files, lists, sso, directory, access, edge);
  const probes: readonly Probe[] = services.flatMap((service) => service.probes);
  new Steward("steward", {
    ...byPublicName,
    config: config.steward,
    handed: present(
      directory.stewardFiles,
      sso.stewardFiles(edge.loginHosts),
      mailbox?.stewardFiles,
      booking?.stewardFiles,
      lists?.stewardFiles,
    ),
    services: services.map((service) => service.service),
    watched: probes,
    inside: services.flatMap((service) => service.inside ?? []),
    smoke: {
      ...{ uid: smokeUser, displayName: smokeName },
      ...(config.mail?.domains[0] ? { mail: smokeAddress(config.mail.domains[0]) } : {}),
    },
    readers: [portal.running.name],
    egress: directory.stewardEgress,
    after: [directory.running],
  });

  return {
    stack: identity.name,
    municipality: identity.municipality,
    mode: identity.mode,
    platform: config.platform,
    urls: edge.urls,
    probes,
    caPem,
    secrets: pulumi.secret(
      pulumi.all({ ...directory.secrets, ...sso.secrets, ...access.secrets, ...booking?.secrets }),
    ),
    workloads: platform.workloads,
  };
}
