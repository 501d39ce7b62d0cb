import type { Input } from "@pulumi/pulumi";
import type { StackIdentity } from "../../config/index.ts";
import type { Workload } from "../../model/index.ts";
import type { SsoConfig } from "./config.ts";

/** The workload's name, and so Keycloak's host name inside the stack. */
export const ssoName = "sso";
/** Keycloak's HTTPS port inside the stack. */
export const ssoPort = 8443;

/** How Keycloak reaches its database. */
export interface SsoDatabase {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
}

/** Files and secrets of the workload. */
export interface SsoFiles {
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  readonly databasePassword: Input<string>;
  /** Secret of the client `steward`, which Keycloak makes at its first start. */
  readonly stewardSecret: Input<string>;
  /** By which access knows Keycloak, whose extension counts guesses there. */
  readonly accessToken: Input<string>;
}

/** Keycloak's settings; secrets join them inside the container, see images/keycloak/start-keycloak. */
export function keycloakConf(identity: StackIdentity, database: SsoDatabase): string {
  const { host, port, name, user } = database;
  return `# Written by the program from the stack file; a change by hand is lost.
hostname=${identity.origin("login")}
# Services inside the stack come by https://${ssoName}:${ssoPort}; the issuer is the public one for all.
hostname-backchannel-dynamic=true
http-enabled=false
https-port=${ssoPort}
https-certificate-file=/config/tls/cert.pem
https-certificate-key-file=/config/tls/key.pem
https-protocols=TLSv1.3,TLSv1.2
# Only edge and the steward reach this port.
proxy-headers=xforwarded
http-management-port=9000
truststore-paths=/config/ca.pem
db-url=jdbc:postgresql://${host}:${port}/${name}?sslmode=verify-full&sslrootcert=/config/ca.pem
db-username=${user}
db-pool-initial-size=2
db-pool-min-size=2
db-pool-max-size=20
# Used by the steward, which keeps the realm as the program describes it.
bootstrap-admin-client-id=steward
log-level=info,io.smallrye.health:error
`;
}

/** Keycloak as one workload. Pure. */
export function ssoWorkload(
  config: SsoConfig,
  identity: StackIdentity,
  database: SsoDatabase,
  files: SsoFiles,
): Workload {
  return {
    name: ssoName,
    image: "keycloak",
    // Access that is down has no name: a login must not wait 20 s for resolvers outside.
    env: { PLANB_HEAP_MIB: String(config.heapMiB), RES_OPTIONS: "timeout:1 attempts:1" },
    files: {
      "keycloak.conf": keycloakConf(identity, database),
      "ca.pem": files.caPem,
      "tls/cert.pem": files.certPem,
    },
    secretFiles: {
      "tls/key.pem": files.keyPem,
      "secrets/db-password": files.databasePassword,
      "secrets/bootstrap-admin-client-secret": files.stewardSecret,
      "secrets/access-token": files.accessToken,
    },
    ports: [
      { name: "https", port: ssoPort },
      { name: "management", port: 9000 },
    ],
    // The first start lays out the database: half a minute, and minutes on a busy host.
    ready: { exec: ["/usr/local/bin/keycloak-ready"], withinSeconds: 300 },
    memoryMiB: config.memoryMiB,
    cpu: 2,
    user: 1002,
    writablePaths: ["/tmp", "/opt/keycloak/data"],
    reachableFrom: ["edge", "steward", "access", "groupware"],
  };
}
