import { describe, expect, it } from "vitest";
import { databaseConfig } from "./config.ts";
import { databaseWorkload } from "./workloads.ts";

const files = {
  caPem: "CA",
  certPem: "CERT",
  keyPem: "KEY",
  passwords: { keycloak: "hemmelig-1", lists: "hemmelig-2" },
};
const clients = [
  { service: "sso", database: "keycloak" },
  { service: "lists", database: "lists" },
  { service: "lists", database: "lists_archive" },
];

describe("databaseWorkload", () => {
  it("is one server with a database a client, reachable from them only", () => {
    const workload = databaseWorkload(databaseConfig.parse({ memoryMiB: 400, maxConnections: 77 }), clients, files);
    expect(workload).toEqual({
      name: "database",
      image: "postgresql",
      files: {
        "databases.json": JSON.stringify(
          { databases: ["keycloak", "lists", "lists_archive"], sharedBuffersMiB: 100, maxConnections: 77 },
          undefined,
          2,
        ),
        "ca.pem": "CA",
        "tls/cert.pem": "CERT",
      },
      secretFiles: { "tls/key.pem": "KEY", "secrets/keycloak": "hemmelig-1", "secrets/lists": "hemmelig-2" },
      volumes: [{ name: "data", path: "/data", sizeGiB: 5, backup: "daily" }],
      ports: [{ name: "postgresql", port: 5432 }],
      ready: { exec: ["databases-ready"], withinSeconds: 120, everySeconds: 5 },
      memoryMiB: 400,
      cpu: 1,
      user: 1003,
      writablePaths: ["/tmp", "/run/postgresql"],
      reachableFrom: ["sso", "lists"],
    });
  });
});

describe("databaseConfig", () => {
  it("is complete when nothing is set, and closed", () => {
    expect(databaseConfig.parse(undefined)).toEqual({ memoryMiB: 256, cpu: 1, sizeGiB: 5, maxConnections: 60 });
    expect(databaseConfig.safeParse({ memory: 1 }).success).toBe(false);
    expect(databaseConfig.safeParse({ memoryMiB: 64 }).success).toBe(false);
  });
});
