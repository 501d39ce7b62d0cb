import type { Input } from "@pulumi/pulumi";
import type { Egress, Workload } from "../../model/index.ts";
import type { DirectoryConfig } from "./config.ts";
import type { ExistingDirectory } from "./existing.ts";
import { baseLdif, changesLdif, type ServiceAccount, type SlapdSettings, serviceAccounts, slapdConf } from "./slapd.ts";

/** The workload's name, and so its host name inside the stack. */
export const directoryName = "directory";
/** LDAPS, inside the stack. */
export const directoryPort = 1636;
/** Workloads that ask the shadow directory. */
export const directoryClients = ["sso", "steward", "access", "mail", "mailbox", "groupware", "files"] as const;

/** What {@link directoryWorkload} needs besides the configuration. */
export interface DirectoryFiles {
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  /** Passwords of the stack's own programs. */
  readonly services: Readonly<Record<ServiceAccount, Input<string>>>;
  /** Passwords of the everyday systems, by name. */
  readonly systems: Readonly<Record<string, Input<string>>>;
}

/** What has to be reached of the existing directory, for the firewall's owner. */
export function existingEgress(existing: ExistingDirectory): Egress[] {
  if (existing.inside) return [];
  return existing.controllers.map(({ host, port }) => ({ host, port, why: "LDAPS to the existing Active Directory" }));
}

/** slapd's settings; once severed no controller is asked. */
export function slapdSettings(config: DirectoryConfig, existing: ExistingDirectory): SlapdSettings {
  return {
    controllers: config.authority === "planb" ? [] : existing.controllers,
    rememberPasswords: config.rememberPasswords,
    ...config.guessing,
    systems: config.offer?.systems ?? [],
  };
}

/**
 * The shadow directory as one workload. Pure.
 *
 * @param hostName its public name, for everyday systems outside
 */
export function directoryWorkload(
  config: DirectoryConfig,
  existing: ExistingDirectory,
  hostName: string,
  files: DirectoryFiles,
): Workload {
  const settings = slapdSettings(config, existing);
  const passwords = (kind: string, of: Readonly<Record<string, Input<string>>>, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [`secrets/${kind}/${name}`, of[name] ?? ""]));
  const passOn = settings.controllers.length > 0;
  const controllers = settings.controllers.map(({ host, port }) => `ldaps://${host}:${port}\n`).join("");
  return {
    name: directoryName,
    image: "openldap",
    files: {
      "slapd.conf": slapdConf(settings),
      "base.ldif": baseLdif(settings),
      "changes.ldif": changesLdif(settings),
      "ca.pem": files.caPem,
      "tls/cert.pem": files.certPem,
      ...(passOn ? { controllers, "existing-ad/ca.pem": existing.caPem } : {}),
    },
    secretFiles: {
      "tls/key.pem": files.keyPem,
      ...passwords("services", files.services, serviceAccounts),
      ...passwords("systems", files.systems, settings.systems),
    },
    volumes: [{ name: "data", path: "/data", sizeGiB: config.sizeGiB, backup: "daily" }],
    ports: [{ name: "ldaps", port: directoryPort, ...(config.offer ? { hostPort: config.offer.port } : {}) }],
    publicNames: config.offer ? [hostName] : [],
    ready: { exec: ["directory-ready"], withinSeconds: 60, everySeconds: 5 },
    memoryMiB: config.memoryMiB,
    cpu: config.cpu,
    user: 1004,
    writablePaths: ["/run/slapd", "/tmp"],
    reachableFrom: [...directoryClients],
    egress: passOn ? existingEgress(existing) : [],
  };
}
