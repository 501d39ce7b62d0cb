import type { Input } from "@pulumi/pulumi";
import type { Workload } from "../../model/index.ts";
import type { DatabaseConfig } from "./config.ts";

/** A service that keeps its rows here. */
export interface DatabaseClient {
  /** Name of the workload that connects, e.g. "sso". */
  readonly service: string;
  /** Name of its database and of the role that owns it: a-z, 0-9 and `_`, e.g. "keycloak". */
  readonly database: string;
}

/** What {@link databaseWorkload} needs besides the configuration. */
export interface DatabaseFiles {
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  /** Password by database. */
  readonly passwords: Readonly<Record<string, Input<string>>>;
}

/** The workload's name, and so the server's host name. */
export const databaseName = "database";
/** The server's port, TLS only. */
export const databasePort = 5432;

/** PostgreSQL as one workload. Pure. */
export function databaseWorkload(
  config: DatabaseConfig,
  clients: readonly DatabaseClient[],
  files: DatabaseFiles,
): Workload {
  const databases = clients.map((client) => client.database);
  const server = {
    databases,
    // A quarter of the memory, as PostgreSQL's manual advises for a server of its own.
    sharedBuffersMiB: Math.floor(config.memoryMiB / 4),
    maxConnections: config.maxConnections,
  };
  return {
    name: databaseName,
    image: "postgresql",
    files: {
      "databases.json": JSON.stringify(server, undefined, 2),
      "ca.pem": files.caPem,
      "tls/cert.pem": files.certPem,
    },
    secretFiles: {
      "tls/key.pem": files.keyPem,
      ...Object.fromEntries(Object.entries(files.passwords).map(([name, secret]) => [`secrets/${name}`, secret])),
    },
    volumes: [{ name: "data", path: "/data", sizeGiB: config.sizeGiB, backup: "daily" }],
    ports: [{ name: "postgresql", port: databasePort }],
    // After a crash the log is replayed before it answers.
    ready: { exec: ["databases-ready"], withinSeconds: 120, everySeconds: 5 },
    memoryMiB: config.memoryMiB,
    cpu: config.cpu,
    user: 1003,
    writablePaths: ["/tmp", "/run/postgresql"],
    reachableFrom: [...new Set(clients.map((client) => client.service))],
  };
}
