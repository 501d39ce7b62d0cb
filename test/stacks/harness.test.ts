import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { Database, databaseConfig } from "../../components/database/index.ts";
import { stackSecrets } from "../../components/secrets.ts";
import { parseStack } from "../../config/index.ts";
import type { Workload } from "../../model/index.ts";
import { checkDocker, checkKubernetes, checkSecrets, checkWorkloads } from "./checks.ts";
import { deployUnderMocks, type Program } from "./harness.ts";
import { strangeSettings } from "./strange.ts";

vi.setConfig({ testTimeout: 60_000 });

const sections = { database: databaseConfig };
const client: Workload = {
  name: "sso",
  image: "node",
  ports: [{ name: "https", port: 8443, hostPort: 443 }],
  publicNames: ["login.example.dk"],
  ready: { tcp: 8443 },
  memoryMiB: 64,
  cpu: 1,
  user: 1002,
  reachableFrom: ["database"],
};

type Changes = (password: pulumi.Output<string>) => Partial<Workload>;

/** The smallest stack in which two workloads reach each other. */
const small = (changes: Changes = () => ({})): Program<typeof sections> => ({
  sections,
  deploy({ config, settings, identity, platform }) {
    const secrets = stackSecrets(settings, identity.municipality);
    const clients = [{ service: "sso", database: "keycloak" }];
    const database = new Database("database", { identity, platform, secrets, config: config.database, clients });
    const { password } = database.connection("keycloak");
    const own = { ...client, secretFiles: { "secrets/database": password }, ...changes(password) };
    platform.run(own, { parent: database, service: "sso", after: [database.running] });
    return { workloads: platform.workloads, secrets: pulumi.secret({ password }) };
  },
});
const config = (more = "") =>
  parseStack(`municipality: M\ndomain: m.example.dk\nhost: {address: 192.0.2.1}\n${more}`, "x.yaml", sections);

describe("a stack of one service under mocks", () => {
  it("keeps every rule on Docker", async () => {
    const deployed = await deployUnderMocks("docker", "small", config(), small());
    checkWorkloads(deployed, "active");
    checkDocker(deployed, "active");
    await checkSecrets(deployed);
    expect([...deployed.given.keys()]).toEqual(["master"]);
  });

  it("keeps every rule on Kubernetes, and public names lead to the Service's address", async () => {
    const deployed = await deployUnderMocks("kubernetes", "small", config(), small());
    checkWorkloads(deployed, "active");
    checkKubernetes(deployed, "active");
    await checkSecrets(deployed);
    const server = deployed.resources.find((r) => r.type === "kubernetes:apps/v1:StatefulSet");
    expect(server?.inputs["spec"]).toMatchObject({
      template: {
        metadata: { annotations: { "planb.io/secret-version": "4711" } },
        spec: { hostAliases: [{ ip: "10.96.0.7", hostnames: ["login.example.dk"] }] },
      },
    });
  });

  it.each(["docker", "kubernetes"] as const)("sees a secret in plain sight on %s", async (kind) => {
    const leaks: Changes[] = [
      (password) => ({ files: { "a.txt": pulumi.unsecret(password) } }),
      ...(kind === "docker"
        ? [(password: pulumi.Output<string>) => ({ secretFiles: { "a.txt": pulumi.unsecret(password) } })]
        : []),
    ];
    for (const leak of leaks) {
      const deployed = await deployUnderMocks(kind, "small", config(), small(leak));
      await expect(checkSecrets(deployed)).rejects.toThrow("secrets in plain sight");
    }
  });

  it.each(["docker", "kubernetes"] as const)(
    "keeps volumes and nothing else running in dormant on %s",
    async (kind) => {
      const deployed = await deployUnderMocks(kind, "small", config("mode: dormant"), small());
      checkWorkloads(deployed, "dormant");
      if (kind === "docker") checkDocker(deployed, "dormant");
      else checkKubernetes(deployed, "dormant");
    },
  );

  it.each(["docker", "kubernetes"] as const)("refuses on %s what is declared wrong", async (kind) => {
    const wrong = small(() => ({ user: 0 }));
    await expect(deployUnderMocks(kind, "small", config(), wrong)).rejects.toThrow(
      'workload "sso": user: expected 1 to 65533 (0 only with capabilities), got 0',
    );
  });
});

describe("strangeSettings", () => {
  it("finds a value for every kind of setting, other than the one it has", () => {
    const schema = z.strictObject({
      a: z.strictObject({ on: z.boolean().default(true), size: z.int().min(100).max(200).default(177) }).prefault({}),
      host: z.ipv4().optional(),
      mode: z.enum(["x", "y"]).default("x"),
      list: z.array(z.strictObject({ name: z.string().regex(/^[a-z-]+$/), port: z.int().max(10) })).default([]),
    });
    expect(strangeSettings(schema, schema.parse({}))).toEqual([
      { path: ["a", "on"], value: false },
      { path: ["a", "size"], value: expect.toSatisfy((n: number) => n !== 177 && n >= 100 && n <= 200) },
      { path: ["host"], value: "192.0.2.177" },
      { path: ["mode"], value: "y" },
      { path: ["list"], value: [{ name: "saelsom-vaerdi", port: 7 }] },
    ]);
  });
});
