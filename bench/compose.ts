import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type Docker from "dockerode";
import { execa } from "execa";
import { cacheFolder } from "../images/folders.ts";

type Inspected = Docker.ContainerInspectInfo;

/** A compose file as plain data; JSON is YAML. */
export interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** What the compose file is printed from: what the engine and Pulumi's state say of a running stack. */
export interface RunningStack {
  readonly containers: readonly Inspected[];
  readonly networks: readonly Docker.NetworkInspectInfo[];
  /** By workload, the workloads whose readiness it waits for. */
  readonly after: Readonly<Record<string, readonly string[]>>;
  /** Folder on the host with a copy of each workload's /config, below its name. */
  readonly configFolder: string;
}

const workloadOf = (container: Inspected): string => container.Config.Labels["io.planb.workload"] ?? container.Name;

const nanos = (value: number | undefined): string => `${(value ?? 0) / 1e6}ms`;

/** Prints a compose file of the same containers: image, user, limits, networks, volumes, health check, order. */
export function composeFile(stack: string, running: RunningStack): ComposeFile {
  const services = Object.fromEntries(
    running.containers.map((container) => [workloadOf(container), service(container, running)]),
  );
  const networks = running.networks.map(({ Name, Internal, Options }) => [
    Name,
    { name: Name, internal: Internal, driver: "bridge", driver_opts: Options ?? {} },
  ]);
  const kept = running.containers.flatMap((container) =>
    container.Mounts.flatMap((m) => (m.Name === undefined || m.Destination === "/config" ? [] : [m.Name])),
  );
  return {
    name: `planb-${stack}-compose`,
    services,
    networks: Object.fromEntries(networks),
    volumes: Object.fromEntries(kept.map((name) => [name, { name }])),
  };
}

function service(container: Inspected, running: RunningStack): Record<string, unknown> {
  const { Config, HostConfig, Mounts, NetworkSettings, Name } = container;
  const workload = workloadOf(container);
  // The engine fills in the container's own id as an alias.
  const ownId = container.Id.slice(0, 12);
  const networks = Object.entries(NetworkSettings.Networks).map(([name, { Aliases }]) => [
    name,
    { aliases: (Aliases ?? []).filter((alias: string) => alias !== ownId) },
  ]);
  const ports = Object.entries(HostConfig.PortBindings ?? {}).flatMap(([inside, outside]) =>
    ((outside ?? []) as { HostIp: string; HostPort: string }[]).map((o) => `${o.HostIp}:${o.HostPort}:${inside}`),
  );
  const health = Config.Healthcheck;
  return {
    container_name: Name.replace(/^\//, ""),
    hostname: Config.Hostname,
    image: Config.Image,
    ...(Config.Entrypoint ? { entrypoint: dollars([Config.Entrypoint].flat()) } : {}),
    ...(Config.Cmd ? { command: dollars(Config.Cmd) } : {}),
    environment: dollars(Config.Env),
    user: Config.User,
    read_only: HostConfig.ReadonlyRootfs,
    tmpfs: Object.entries(HostConfig.Tmpfs ?? {}).map(([path, options]) => `${path}:${options}`),
    volumes: Mounts.flatMap((m) =>
      m.Destination === "/config"
        ? [`${join(running.configFolder, workload)}:/config:ro`]
        : m.Name === undefined
          ? []
          : [`${m.Name}:${m.Destination}`],
    ),
    networks: Object.fromEntries(networks),
    ports,
    ...(health?.Test
      ? {
          healthcheck: {
            test: dollars(health.Test),
            interval: nanos(health.Interval),
            timeout: nanos(health.Timeout),
            start_period: nanos(health.StartPeriod),
            retries: health.Retries,
          },
        }
      : {}),
    mem_limit: HostConfig.Memory,
    memswap_limit: HostConfig.MemorySwap,
    cpus: (HostConfig.NanoCpus ?? 0) / 1e9,
    cap_drop: HostConfig.CapDrop ?? [],
    cap_add: HostConfig.CapAdd ?? [],
    security_opt: HostConfig.SecurityOpt ?? [],
    restart: "unless-stopped",
    depends_on: Object.fromEntries(
      (running.after[workload] ?? []).map((name) => [name, { condition: "service_healthy" }]),
    ),
  };
}

/** Compose would fill in `$NAME`. */
const dollars = (texts: readonly string[]): string[] => texts.map((text) => text.replaceAll("$", "$$$$"));

const toolImage = "planb-bench-compose:1";
const toolContainer = "planb-bench-compose";

/** Docker Compose of Debian 13, in a container with the engine's socket. */
export interface Compose {
  run(...args: readonly string[]): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Starts Debian 13's docker-compose in a container, so that its own start is not measured.
 *
 * @param base the reference of planb's Debian 13 base image
 * @param file the compose file
 */
export async function startCompose(base: string, file: ComposeFile): Promise<Compose> {
  const folder = join(cacheFolder(), "bench", "compose");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "compose.json");
  writeFileSync(path, JSON.stringify(file, null, 2), { mode: 0o600 });
  const recipe = `FROM ${base}\nUSER root\nRUN apt-get update -q && apt-get install -y -q --no-install-recommends docker-compose\n`;
  await execa("docker", ["build", "-q", "-t", toolImage, "-"], { input: recipe });
  await execa("docker", ["rm", "-f", toolContainer], { reject: false });
  const mounts = ["-v", "/var/run/docker.sock:/var/run/docker.sock", "-v", `${dirname(path)}:${dirname(path)}:ro`];
  const idle = ["--user", "0:0", "--entrypoint", "sleep", toolImage, "infinity"];
  await execa("docker", ["run", "-d", "--name", toolContainer, ...mounts, ...idle]);
  return {
    async run(...args) {
      await execa("docker", ["exec", toolContainer, "docker-compose", "-f", path, ...args]);
    },
    async remove() {
      await execa("docker", ["rm", "-f", toolContainer], { reject: false });
      rmSync(path, { force: true });
    },
  };
}
