import { output } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { Workload } from "../../model/index.ts";
import { validateManifest } from "../../test/schemas/validate.ts";
import { fileKey, filesDigest } from "./files.ts";
import { type Manifest, renderManifests } from "./manifests.ts";
import { podSecurity } from "./render.ts";

const edge: Workload = {
  name: "edge",
  image: "edge",
  command: ["serve"],
  env: { TZ: "Europe/Copenhagen" },
  files: { "edge.json": "{}" },
  secretFiles: { "tls/key.pem": "hemmelig" },
  ports: [
    { name: "https", port: 443, hostPort: 443 },
    { name: "http", port: 80, hostPort: 80 },
  ],
  publicNames: ["start.example.dk"],
  ready: { tcp: 443 },
  memoryMiB: 64,
  cpu: 1,
  user: 1001,
  writablePaths: ["/tmp"],
  reachableFrom: ["database"],
  egress: [
    { host: "192.0.2.1", port: 636, why: "directory sync" },
    { host: "dc1.example.dk", port: 53, protocol: "udp", why: "names" },
  ],
};

const database: Workload = {
  name: "database",
  image: "postgresql",
  volumes: [{ name: "data", path: "/data", sizeGiB: 5, backup: "daily" }],
  ports: [{ name: "postgresql", port: 5432 }],
  ready: { exec: ["databases-ready"], withinSeconds: 120 },
  memoryMiB: 256,
  cpu: 0.5,
  user: 1003,
  reachableFrom: ["edge"],
};

const context = {
  stack: "demo",
  mode: "active",
  images: { edge: "planb/edge:0123456789ab", postgresql: "planb/postgresql:0123456789ab" },
  hostAddress: "192.0.2.10",
} as const;

const placed = [edge, database].map((workload) => ({ workload, service: workload.name }));
const named = (kind: string, name: string, manifests: readonly Manifest[] = renderManifests(context, placed)) =>
  manifests.find((m) => m.kind === kind && (m.metadata as { name: string }).name === name) as
    | { spec?: object }
    | undefined;

describe("renderManifests", () => {
  it("is valid by the official schemas, asleep and awake, with a registry and a storage class", () => {
    const all = [
      ...renderManifests(context, placed),
      ...renderManifests({ ...context, mode: "dormant", registry: "r.example.dk/", storageClass: "fast" }, placed),
    ];
    expect(all.length).toBeGreaterThan(20);
    expect(all.flatMap(validateManifest)).toEqual([]);
  });

  it("would be told of a field that Kubernetes does not know", () => {
    const broken = { apiVersion: "v1", kind: "Secret", metadata: { name: "x" }, stringdata: {} };
    expect(validateManifest(broken)).toEqual([
      'v1/Secret x:  must NOT have additional properties {"additionalProperty":"stringdata"}',
    ]);
    expect(validateManifest({ apiVersion: "v1", kind: "Pod" })[0]).toContain("no schema");
  });

  it("walls a stack in and opens what is declared", () => {
    expect(named("NetworkPolicy", "default-deny")?.spec).toMatchObject({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
    });
    expect(named("NetworkPolicy", "edge-out")?.spec).toMatchObject({
      egress: [
        { to: [{ ipBlock: { cidr: "192.0.2.1/32" } }], ports: [{ port: 636, protocol: "TCP" }] },
        { ports: [{ port: 53, protocol: "UDP" }] },
      ],
    });
    expect(named("NetworkPolicy", "database-in")?.spec).toMatchObject({
      ingress: [{ from: [{ podSelector: { matchExpressions: [{ values: ["edge"] }] } }], ports: [{ port: 5432 }] }],
    });
  });

  it("limits the namespace to the sum of its workloads, at the strictest level they keep", () => {
    expect(named("ResourceQuota", "stack")?.spec).toEqual({
      hard: {
        pods: "2",
        "limits.memory": "320Mi",
        "limits.cpu": "1500m",
        persistentvolumeclaims: "1",
        "requests.storage": "5Gi",
        "services.loadbalancers": "1",
      },
    });
    expect(podSecurity([edge])).toBe("restricted");
    expect(podSecurity([{ ...edge, capabilities: ["NET_BIND_SERVICE"] }])).toBe("restricted");
    expect(podSecurity([{ ...edge, capabilities: ["CHOWN"] }])).toBe("baseline");
  });

  it("keeps what has volumes as a StatefulSet and stops the old pod of the others first", () => {
    expect(named("StatefulSet", "database")?.spec).toMatchObject({ replicas: 1, podManagementPolicy: "Parallel" });
    expect(named("Deployment", "edge")?.spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
  });

  it("lets a process without privileges listen below 1024, and keeps the client's address", () => {
    expect(named("Deployment", "edge")?.spec).toMatchObject({
      template: {
        spec: { securityContext: { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "80" }] } },
      },
    });
    expect(named("Service", "edge-host")?.spec).toMatchObject({
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      loadBalancerIP: "192.0.2.10",
    });
  });

  it("asks for no address where the host's is a loopback one", () => {
    const demo = renderManifests({ ...context, hostAddress: "127.0.0.1" }, placed);
    expect(named("Service", "edge-host", demo)?.spec).not.toHaveProperty("loadBalancerIP");
  });

  it("rolls pods by a digest of plain files, the same when their text is known only later, and never of secrets", async () => {
    const digest = (workload: Workload) =>
      new Promise((resolve) => output(filesDigest(workload)).apply((text) => resolve(text)));
    const plain = await digest({ ...edge, files: { a: "x" }, secretFiles: { k: "1" } });
    expect(await digest({ ...edge, files: { a: output("x") }, secretFiles: { k: "2" } })).toBe(plain);
    expect(await digest({ ...edge, files: { a: output("y") }, secretFiles: { k: "1" } })).not.toBe(plain);
    expect(await digest({ ...edge, files: { a: "x" }, secretFiles: {} })).not.toBe(plain);
  });
});

describe("fileKey", () => {
  it("is a valid key, one a path", () => {
    const paths = ["a.json", "tls/key.pem", "tls_key.pem", "..data", "Ærø.txt", "a b", "x".repeat(300)];
    const keys = paths.map(fileKey);
    expect(keys.filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key.startsWith(".."))).toEqual([]);
    expect(new Set(keys).size).toBe(paths.length);
  });
});
