import type { Input } from "@pulumi/pulumi";
import type { Workload } from "../../model/index.ts";
import type { ResourcesInput } from "../../steward/resources/config.ts";
import { accessLua, dovecotAccessSecret } from "../access/dovecot.ts";
import { type MailboxConfig, sharedId } from "./config.ts";
import { type DovecotSettings, dovecotConf } from "./dovecot.ts";
import { sieveScripts } from "./sieve.ts";

/** The workload's name, and so its host name inside the stack. */
export const mailboxName = "mailbox";
/** Ports inside the stack, all with TLS. LMTP takes TLS from the first byte, ManageSieve by STARTTLS. */
export const mailboxPorts = { imaps: 9993, sieve: 4190, lmtp: 2424, api: 9443 } as const;
/** Workloads that reach it: delivery, the web mail, and the steward for what it keeps true. */
export const mailboxClients = ["mail", "groupware", "steward"] as const;

/** Certificate and secrets of the workload. */
export interface MailboxFiles {
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  /** Text of the secrets' file, see {@link secretsConf}. */
  readonly secretsConf: Input<string>;
  /** Token with which it asks the access service. */
  readonly accessToken: Input<string>;
}

/** The part of Dovecot's configuration that is secret. */
export function secretsConf(secrets: {
  readonly directoryPassword: string;
  readonly apiKey: string;
  readonly accessToken: string;
}): string {
  return [
    `ldap_auth_dn_password = ${secrets.directoryPassword}`,
    `doveadm_api_key = ${secrets.apiKey}`,
    dovecotAccessSecret(mailboxName, secrets.accessToken),
  ].join("\n");
}

/** Where Dovecot finds what it asks; the names are the stack's workloads. */
export type MailboxPlace = Pick<DovecotSettings, "hostName" | "submission" | "directory" | "maxMessageMiB">;

/** Dovecot as one workload. Pure. */
export function mailboxWorkload(config: MailboxConfig, place: MailboxPlace, files: MailboxFiles): Workload {
  return {
    name: mailboxName,
    image: "dovecot",
    files: {
      "dovecot.conf": dovecotConf({ config, ports: mailboxPorts, ...place }),
      ...Object.fromEntries(Object.entries(sieveScripts).map(([path, text]) => [`sieve/${path}`, text])),
      "access.lua": accessLua,
      "keep-days": `${config.keepDays}\n`,
      "ca.pem": files.caPem,
      "tls/cert.pem": files.certPem,
    },
    secretFiles: {
      "tls/key.pem": files.keyPem,
      "secrets/dovecot.conf": files.secretsConf,
      "secrets/access-token": files.accessToken,
    },
    volumes: [{ name: "data", path: "/data", sizeGiB: config.sizeGiB, backup: "daily" }],
    ports: [
      { name: "imaps", port: mailboxPorts.imaps, hostPort: config.imapPort },
      { name: "sieve", port: mailboxPorts.sieve, hostPort: config.sievePort },
      { name: "lmtp", port: mailboxPorts.lmtp },
      { name: "api", port: mailboxPorts.api },
    ],
    publicNames: [place.hostName],
    ready: { exec: ["mailbox-ready"], withinSeconds: 60, everySeconds: 10 },
    memoryMiB: config.memoryMiB,
    cpu: config.cpu,
    user: 1010,
    writablePaths: ["/run/dovecot", "/tmp"],
    reachableFrom: [...mailboxClients],
  };
}

/** The shared mailboxes as the steward's duty for resources takes them. */
export function sharedResources(config: MailboxConfig): ResourcesInput {
  return {
    resources: config.shared.map((mailbox) => ({
      id: sharedId(mailbox),
      kind: "sharedMailbox" as const,
      displayName: mailbox.name,
      mail: mailbox.address,
      aliases: mailbox.aliases,
      readers: mailbox.readers,
      senders: mailbox.senders,
      ...(mailbox.quotaMiB === undefined ? {} : { quotaMiB: mailbox.quotaMiB }),
    })),
  };
}
