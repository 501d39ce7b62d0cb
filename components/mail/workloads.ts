import { createHash, X509Certificate } from "node:crypto";
import type { Input } from "@pulumi/pulumi";
import type { Egress, Workload } from "../../model/index.ts";
import { accessLua } from "../access/dovecot.ts";
import { bounceTemplates } from "./conf/bounces.ts";
import { authConf } from "./conf/dovecot.ts";
import { ldapTables, senderGroupRules } from "./conf/ldap.ts";
import { mailPorts, mainCf, masterCf, type PostfixArgs, postfixTables } from "./conf/postfix.ts";
import { milterPort, rspamdFiles } from "./conf/rspamd.ts";
import type { MailSettings } from "./config.ts";

/** The workloads' names, and so their host names inside the stack. */
export const mailName = "mail";
export const filterName = "filter";
/** Programs of the stack that send mail: each shows the certificate it serves with. */
export const mailPrograms = ["groupware", "lists", "mailbox"] as const;

/** What {@link mailWorkload} needs besides the configuration. */
export interface MailFiles {
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  /** Look-ups in the directory with their password, by name, see `ldapFile`. */
  readonly ldap: Readonly<Record<string, Input<string>>>;
  /** Fingerprints of the stack's programs, as the table Postfix reads, see {@link programTable}. */
  readonly programs: Input<string>;
  /** With what it asks the access service. */
  readonly accessToken: Input<string>;
  /** `dovecotAccessSecret`. */
  readonly authConf: Input<string>;
  /** The municipality's own certificate for the server's public name, for other servers. Default: they see the stack's. */
  readonly publicCertificate?: { readonly certPem: Input<string>; readonly keyPem: Input<string> };
  /** What the smarthost asks for. Default: nothing. */
  readonly smarthost?: { readonly caPem?: string; readonly login?: Input<string> };
  /** Seals the addresses under which forwarded mail leaves. */
  readonly srsSecret: Input<string>;
}

/** SHA-256 of a certificate's public key in the form Postfix compares; it stays when a certificate is reissued. */
export function keyFingerprint(certPem: string): string {
  const der = new X509Certificate(certPem).publicKey.export({ type: "spki", format: "der" });
  return (createHash("sha256").update(der).digest("hex").toUpperCase().match(/../g) ?? []).join(":");
}

/** The table of the programs that may send anything: fingerprint and name. */
export const programTable = (certificates: Readonly<Record<string, string>>): string =>
  Object.entries(certificates)
    .map(([name, certPem]) => `${keyFingerprint(certPem)} ${name}\n`)
    .join("");

/** Names of the look-ups whose keys are limited to the stack's own domains. */
export const domainTables = Object.keys(ldapTables).filter((name) => name !== "senders-members");

const prefixed = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

function mailEgress({ smarthost, correspondents }: MailSettings): Egress[] {
  if (smarthost)
    return [
      { host: smarthost.host, port: smarthost.port, why: "Outgoing mail, to the smarthost" },
      ...(correspondents.length > 0
        ? [{ host: "*", port: 25, why: "Outgoing mail, to the servers of correspondents" }]
        : []),
    ];
  return [{ host: "*", port: 25, why: "Outgoing mail, to other servers" }];
}

/** Postfix as a workload. Pure. */
export function mailWorkload(args: PostfixArgs, files: MailFiles): Workload {
  const { settings, hostName, lists } = args;
  const { smtp, submissions, submission } = settings.ports;
  return {
    name: mailName,
    image: "postfix",
    files: {
      "postfix/main.cf": mainCf(args),
      "postfix/master.cf": masterCf({ settings, publicCertificate: files.publicCertificate !== undefined }),
      "postfix/bounces": bounceTemplates,
      "postfix/sender-groups": senderGroupRules(),
      ...prefixed("postfix", postfixTables(args)),
      "postfix/programs": files.programs,
      "auth.conf": authConf(),
      "access.lua": accessLua,
      "srs/domain": settings.domains[0] ?? hostName,
      "srs/own": [...settings.domains, ...(lists ? [lists.domain] : [])].map((domain) => `${domain}\n`).join(""),
      ...(files.smarthost?.caPem ? { "smarthost-ca.pem": files.smarthost.caPem } : {}),
      "ca.pem": files.caPem,
      "tls/cert.pem": files.certPem,
      ...(files.publicCertificate ? { "tls/public.pem": files.publicCertificate.certPem } : {}),
    },
    secretFiles: {
      "tls/key.pem": files.keyPem,
      ...(files.publicCertificate ? { "tls/public-key.pem": files.publicCertificate.keyPem } : {}),
      "secrets/access-token": files.accessToken,
      "secrets/auth.conf": files.authConf,
      "secrets/srs": files.srsSecret,
      ...(files.smarthost?.login ? { "secrets/smarthost": files.smarthost.login } : {}),
      ...Object.fromEntries(Object.entries(files.ldap).map(([name, text]) => [`secrets/ldap/${name}.cf`, text])),
    },
    // What was acknowledged and not yet handed on is nowhere else.
    volumes: [{ name: "queue", path: "/data", sizeGiB: settings.sizeGiB, backup: "daily" }],
    ports: [
      { name: "smtp", port: mailPorts.smtp, hostPort: smtp },
      { name: "submissions", port: mailPorts.submissions, hostPort: submissions },
      { name: "submission", port: mailPorts.submission, hostPort: submission },
      { name: "programs", port: mailPorts.programs },
      ...(settings.machines ? [{ name: "machines", port: mailPorts.machines, hostPort: settings.machines.port }] : []),
    ],
    publicNames: [],
    ready: { exec: ["mail-ready"], withinSeconds: 60 },
    memoryMiB: settings.memoryMiB,
    cpu: 1,
    user: 0,
    capabilities: [...mailCapabilities],
    writablePaths: ["/run/auth", "/tmp"],
    // The steward tries a letter in and one out, as everybody does.
    reachableFrom: [...mailPrograms, "steward"],
    egress: mailEgress(settings),
  };
}

/** The smallest set that Postfix' master works with, see docs/decisions/0030-postfix-starts-as-root.md. */
export const mailCapabilities = ["CHOWN", "DAC_OVERRIDE", "KILL", "SETGID", "SETUID", "SETPCAP"] as const;

/** Rspamd as a workload. Pure. */
export function filterWorkload(settings: MailSettings, signed: readonly string[]): Workload {
  return {
    name: filterName,
    image: "rspamd",
    files: prefixed("rspamd", rspamdFiles({ settings, signed })),
    volumes: [{ name: "data", path: "/data", sizeGiB: 1, backup: "daily" }],
    ports: [{ name: "milter", port: milterPort }],
    ready: { exec: ["filter-ready"], withinSeconds: 90 },
    memoryMiB: settings.filterMemoryMiB,
    cpu: 1,
    user: 1011,
    writablePaths: ["/run/rspamd", "/tmp"],
    reachableFrom: [mailName],
    egress: [
      { host: "*", port: 53, protocol: "udp", why: "DNS: SPF, DKIM and DMARC of those who send" },
      { host: "*", port: 53, why: "DNS: answers too long for UDP" },
    ],
  };
}
