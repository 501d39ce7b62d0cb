import type Docker from "dockerode";
import { describe, expect, it } from "vitest";
import { composeFile } from "./compose.ts";

const inspected = {
  Id: "0123456789abcdef",
  Name: "/planb-x-sso",
  Config: {
    Labels: { "io.planb.workload": "sso" },
    Hostname: "sso",
    Image: "planb/keycloak:abc",
    Entrypoint: ["/start"],
    Cmd: null,
    Env: ["A=$HOME"],
    User: "1002:0",
    Healthcheck: { Test: ["CMD", "ready"], Interval: 10e9, Timeout: 5e9, StartPeriod: 60e9, Retries: 3 },
  },
  HostConfig: {
    ReadonlyRootfs: true,
    Tmpfs: { "/tmp": "rw,noexec" },
    PortBindings: { "8443/tcp": [{ HostIp: "127.0.0.1", HostPort: "28443" }] },
    Memory: 2 ** 29,
    MemorySwap: 2 ** 29,
    NanoCpus: 1.5e9,
    CapDrop: ["ALL"],
    CapAdd: null,
    SecurityOpt: ["no-new-privileges:true"],
  },
  Mounts: [
    { Name: "planb-x-sso-data", Destination: "/data" },
    { Name: "planb-x-sso-config-1", Destination: "/config" },
  ],
  NetworkSettings: { Networks: { "planb-x-sso": { Aliases: ["sso", "login.x.localhost", "0123456789ab"] } } },
} as unknown as Docker.ContainerInspectInfo;

const network = { Name: "planb-x-sso", Internal: true, Options: null } as unknown as Docker.NetworkInspectInfo;

describe("composeFile", () => {
  it("prints the same container, network and volume, and the order", () => {
    const file = composeFile("x", {
      containers: [inspected],
      networks: [network],
      after: { sso: ["database"] },
      configFolder: "/copy",
    });
    expect(file).toEqual({
      name: "planb-x-compose",
      networks: { "planb-x-sso": { name: "planb-x-sso", internal: true, driver: "bridge", driver_opts: {} } },
      volumes: { "planb-x-sso-data": { name: "planb-x-sso-data" } },
      services: {
        sso: {
          container_name: "planb-x-sso",
          hostname: "sso",
          image: "planb/keycloak:abc",
          entrypoint: ["/start"],
          environment: ["A=$$HOME"],
          user: "1002:0",
          read_only: true,
          tmpfs: ["/tmp:rw,noexec"],
          volumes: ["planb-x-sso-data:/data", "/copy/sso:/config:ro"],
          networks: { "planb-x-sso": { aliases: ["sso", "login.x.localhost"] } },
          ports: ["127.0.0.1:28443:8443/tcp"],
          healthcheck: {
            test: ["CMD", "ready"],
            interval: "10000ms",
            timeout: "5000ms",
            start_period: "60000ms",
            retries: 3,
          },
          mem_limit: 2 ** 29,
          memswap_limit: 2 ** 29,
          cpus: 1.5,
          cap_drop: ["ALL"],
          cap_add: [],
          security_opt: ["no-new-privileges:true"],
          restart: "unless-stopped",
          depends_on: { database: { condition: "service_healthy" } },
        },
      },
    });
  });
});
