import { describe, expect, it } from "vitest";
import type { Workload } from "../../model/index.ts";
import { type DockerContext, renderDocker } from "./render.ts";

const context: DockerContext = {
  stack: "demo",
  mode: "active",
  images: { portal: "planb/portal:0123456789ab" },
  hostAddress: "192.0.2.10",
  shared: [
    ["edge", "portal"],
    ["edge", "mail"],
    ["portal", "steward"],
  ],
};

const portal: Workload = {
  name: "portal",
  image: "portal",
  command: ["node", "portal.mjs"],
  env: { TZ: "Europe/Copenhagen", LANG: "da_DK.UTF-8" },
  files: { "portal.json": "{}" },
  secretFiles: { "tls/key.pem": "hemmelig" },
  volumes: [{ name: "data", path: "/data", sizeGiB: 1, backup: "daily" }],
  ports: [
    { name: "https", port: 8443, hostPort: 443 },
    { name: "metrics", port: 9000 },
  ],
  publicNames: ["start.demo.localhost"],
  ready: { tcp: 8443, withinSeconds: 30 },
  memoryMiB: 64,
  cpu: 0.5,
  user: 1005,
  writablePaths: ["/tmp"],
  reachableFrom: ["edge"],
};

const labels = { "io.planb.stack": "demo", "io.planb.workload": "portal" };

describe("renderDocker", () => {
  it("renders every field of a workload", () => {
    const rendered = renderDocker(portal, context);
    expect(rendered.networks).toEqual([
      {
        name: "planb-demo-portal-host",
        internal: false,
        options: { "com.docker.network.bridge.enable_ip_masquerade": "false" },
      },
    ]);
    expect(rendered.volumes.map(({ path, retain }) => ({ path, retain }))).toEqual([
      { path: "/data", retain: true },
      { path: "/config", retain: false },
    ]);
    expect(rendered.volumes[1]?.name).toMatch(/^planb-demo-portal-config-[0-9a-f]{10}$/);
    expect(rendered.container).toEqual({
      name: "planb-demo-portal",
      hostname: "portal",
      image: "planb/portal:0123456789ab",
      command: ["node", "portal.mjs"],
      envs: ["LANG=da_DK.UTF-8", "TZ=Europe/Copenhagen"],
      user: "1005:0",
      readOnly: true,
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,mode=1777" },
      uploads: [
        { file: "/config/portal.json", content: "{}", permissions: "0444" },
        { file: "/config/tls/key.pem", content: "hemmelig", permissions: "0440" },
      ],
      ports: [{ internal: 8443, external: 443, ip: "192.0.2.10", protocol: "tcp" }],
      networksAdvanced: [
        { name: "planb-demo-edge.portal", aliases: ["portal", "start.demo.localhost"] },
        { name: "planb-demo-portal-host" },
        { name: "planb-demo-portal.steward", aliases: ["portal", "start.demo.localhost"] },
      ],
      healthcheck: {
        tests: ["CMD", "bash", "-c", "</dev/tcp/127.0.0.1/8443"],
        interval: "10s",
        timeout: "5s",
        retries: 3,
        startPeriod: "30s",
      },
      memory: 64,
      memorySwap: 64,
      cpus: "0.5",
      capabilities: { drops: ["ALL"], adds: [] },
      securityOpts: ["no-new-privileges:true"],
      restart: "unless-stopped",
      wait: true,
      waitTimeout: 30,
      stopTimeout: 30,
      destroyGraceSeconds: 30,
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "3" },
      labels,
    });
  });

  it("lets only those with egress open connections to the outside", () => {
    const egress = [{ host: "dc1.ringsted.local", port: 636, why: "directory sync" }];
    expect(renderDocker({ ...portal, ports: [], egress }, context).networks[0]?.options).toEqual({
      "com.docker.network.bridge.enable_ip_masquerade": "true",
    });
    expect(renderDocker({ ...portal, ports: [] }, context).networks).toEqual([]);
  });

  it("gives a workload that talks to nobody no network at all", () => {
    const lonely = renderDocker(
      { ...portal, ports: [], reachableFrom: [] },
      { ...context, shared: [["edge", "mail"]] },
    );
    expect(lonely.networks).toEqual([]);
    expect(lonely.container).toMatchObject({ networksAdvanced: [], networkMode: "none" });
  });

  it("keeps the volumes of a sleeping workload and nothing else", () => {
    const rendered = renderDocker(portal, { ...context, mode: "dormant" });
    expect(rendered.container).toBeUndefined();
    expect(rendered.networks).toEqual([]);
    expect(rendered.volumes.map((v) => v.name)).toEqual(["planb-demo-portal-data"]);
  });

  it("gives the config volume a new name when a plain file or a secret's path changes, not when a secret does", () => {
    const name = (workload: Workload) => renderDocker(workload, context).volumes.at(-1)?.name;
    expect(name({ ...portal, files: { "portal.json": "{ }" } })).not.toBe(name(portal));
    expect(name({ ...portal, secretFiles: { "tls/key2.pem": "hemmelig" } })).not.toBe(name(portal));
    expect(name({ ...portal, secretFiles: { "tls/key.pem": "en anden" } })).toBe(name(portal));
  });
});
