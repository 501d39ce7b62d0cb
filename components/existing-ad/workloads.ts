import type { Input } from "@pulumi/pulumi";
import type { Workload } from "../../model/index.ts";
import type { ExistingAdConfig } from "./config.ts";

/** The workload's name. */
export const existingAdName = "existing-ad";
/** The domain controller's own name, the one in its certificate. */
export const controllerName = "dc1.kommune.lan";
/** The domain's naming context. */
export const domainDn = "DC=kommune,DC=lan";
/** Where the demo's staff is. */
export const peopleDn = `OU=Brugere,OU=Kommune,${domainDn}`;
/** Where the demo's groups are. */
export const groupsDn = `OU=Grupper,OU=Kommune,${domainDn}`;
/** Where the demo's rooms and equipment have their accounts, one unit each: `Lokaler`, `Udstyr`. */
export const bookablesDn = `OU=Ressourcer,OU=Kommune,${domainDn}`;
/** The account that only reads. */
export const bindName = "svc-planb@kommune.lan";

/** What {@link existingAdWorkload} needs besides the configuration. */
export interface ExistingAdFiles {
  /** The directory's own authority, not the stack's. */
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  readonly administrator: Input<string>;
  readonly bindPassword: Input<string>;
}

/** The demo's existing Active Directory as one workload. Pure. */
export function existingAdWorkload(config: ExistingAdConfig, files: ExistingAdFiles): Workload {
  return {
    name: existingAdName,
    image: "existing-ad",
    env: { BULK_USERS: String(config.bulkUsers), BULK_GROUPS: String(config.bulkGroups) },
    files: { "ca.pem": files.caPem, "tls/cert.pem": files.certPem },
    secretFiles: {
      "tls/key.pem": files.keyPem,
      "secrets/administrator": files.administrator,
      "secrets/svc-planb": files.bindPassword,
    },
    volumes: [
      { name: "state", path: "/state", sizeGiB: 2, backup: { none: "a made-up staff, made again from the image" } },
    ],
    ports: [
      { name: "ldaps", port: 636 },
      { name: "ldap", port: 389 },
    ],
    publicNames: [controllerName],
    // 10,000 people take minutes to make.
    ready: { exec: ["existing-ad-ready"], withinSeconds: 90 + Math.ceil(config.bulkUsers / 10), everySeconds: 5 },
    memoryMiB: config.memoryMiB,
    cpu: config.cpu,
    user: 1007,
    writablePaths: ["/tmp"],
    reachableFrom: ["directory", "steward"],
  };
}
