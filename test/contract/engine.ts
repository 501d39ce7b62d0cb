import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Docker from "dockerode";
import { pack } from "tar-fs";
import { imageRefs } from "../../images/index.ts";
import type { Workload } from "../../model/index.ts";
import { type ExecResult, logText, runInside } from "../../platform/docker/inside.ts";
import { removeThings } from "../../platform/docker/operate.ts";
import { type ContainerSpec, type DockerResources, renderDocker, renderShared } from "../../platform/docker/render.ts";

/** Label with the process that a container, network or volume was made by. */
const madeBy = "io.planb.test-process";

/** Whether the process that made a thing is gone, so that nobody will ask for it again. */
const left = (labels: Readonly<Record<string, string>> | null | undefined): boolean =>
  !existsSync(`/proc/${labels?.[madeBy] ?? "none"}`);

/**
 * Runs workloads on the engine exactly as the Docker renderer says, without Pulumi: for tests of an image or of the
 * renderer's own promises. Everything is named `planb-test-<part>-...` and removed by {@link TestStack.remove}; what a run
 * that was killed left behind goes before the next one starts, so that none finds old data or an old network.
 */
export class TestStack {
  readonly docker = new Docker();
  readonly stack: string;
  readonly #networks = new Map<string, string>();
  readonly #volumes = new Set<string>();
  readonly #containers = new Map<string, string>();
  #cleared: Promise<void> | undefined;
  /** A server and its clients, by the server's name. */
  readonly #servers = new Map<string, readonly string[]>();

  /** @param part names the test, e.g. "db" */
  constructor(part: string) {
    this.stack = `test-${part}`;
  }

  /**
   * Creates or replaces a workload, as the program would: networks, volumes, container, files, start.
   *
   * @param changes changes to what was rendered, for what only a test does
   */
  async run(
    workload: Workload,
    changes: Partial<ContainerSpec> & { readonly entrypoint?: readonly string[] } = {},
  ): Promise<void> {
    this.#cleared ??= this.#clear();
    await this.#cleared;
    if (workload.reachableFrom.length > 0) this.#servers.set(workload.name, [workload.name, ...workload.reachableFrom]);
    // Nobody knows yet who comes later, so each server shares one network with all its clients.
    const shared = [...this.#servers.values()].filter((members) => members.includes(workload.name));
    const context = { stack: this.stack, mode: "active", hostAddress: "127.0.0.1", images: imageRefs() } as const;
    const own = renderDocker(workload, { ...context, shared });
    const rendered = { ...own, networks: [...own.networks, ...shared.map((each) => renderShared(this.stack, each))] };
    const made = rendered.container as ContainerSpec;
    const spec = { ...made, ...changes, labels: { ...made.labels, [madeBy]: String(process.pid) } };
    await this.#makeAround(rendered);
    const old = this.#containers.get(workload.name);
    if (old !== undefined) await this.docker.getContainer(old).remove({ force: true });
    const container = await this.docker.createContainer({
      ...createOptions(spec, rendered),
      ...(changes.entrypoint ? { Entrypoint: [...changes.entrypoint] } : {}),
    });
    this.#containers.set(workload.name, container.id);
    for (const { name, aliases } of spec.networksAdvanced.slice(1)) {
      await this.docker.getNetwork(name).connect({
        Container: container.id,
        ...(aliases ? { EndpointConfig: { Aliases: [...aliases] } } : {}),
      });
    }
    await upload(container, spec);
    await container.start();
  }

  /** Waits until the workload's own health check says it is ready; a dead container ends the wait at once. */
  async ready(name: string, seconds = 90): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const { State } = await this.#container(name).inspect();
      if (State.Health?.Status === "healthy") return;
      if (!State.Running && !State.Restarting) throw new Error(`${name} died:\n${await this.logs(name)}`);
      if (Date.now() > deadline) throw new Error(`${name} not ready after ${seconds} s:\n${await this.logs(name)}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /** Runs a command in a workload's container. */
  exec(name: string, command: readonly string[], user?: string): Promise<ExecResult> {
    return runInside(this.#container(name), command, { user });
  }

  /** Kills the container's first process from the host, so that the engine's restart policy has to bring it back. */
  async kill(name: string): Promise<void> {
    const { State } = await this.#container(name).inspect();
    process.kill(State.Pid, "SIGKILL");
  }

  /** Last lines of the log. */
  logs(name: string): Promise<string> {
    return logText(this.#container(name), 50);
  }

  inspect(name: string) {
    return this.#container(name).inspect();
  }

  /** Removes everything this object made. */
  remove(): Promise<void> {
    const [containers, networks] = [[...this.#containers.values()], [...this.#networks.values()]];
    return removeThings({ containers, networks, volumes: [...this.#volumes] });
  }

  async #clear(): Promise<void> {
    const filters = { label: [`io.planb.stack=${this.stack}`] };
    const containers = await this.docker.listContainers({ all: true, filters });
    const networks = await this.docker.listNetworks({ filters });
    const { Volumes: volumes } = await this.docker.listVolumes({ filters });
    await removeThings({
      containers: containers.filter((each) => left(each.Labels)).map(({ Id }) => Id),
      networks: networks.filter((each) => left(each.Labels)).map(({ Id }) => Id),
      volumes: volumes.filter((each) => left(each.Labels)).map(({ Name }) => Name),
    });
  }

  #container(name: string): Docker.Container {
    const id = this.#containers.get(name);
    if (id === undefined) throw new Error(`${name} was not run`);
    return this.docker.getContainer(id);
  }

  async #makeAround(rendered: DockerResources): Promise<void> {
    const labels = { "io.planb.stack": this.stack, [madeBy]: String(process.pid) };
    for (const { name, internal, options } of rendered.networks) {
      if (this.#networks.has(name)) continue;
      const args = { Name: name, CheckDuplicate: true, Internal: internal, Options: { ...options }, Labels: labels };
      this.#networks.set(name, (await this.docker.createNetwork(args)).id);
    }
    for (const { name } of rendered.volumes) {
      await this.docker.createVolume({ Name: name, Labels: labels });
      this.#volumes.add(name);
    }
  }
}

function createOptions(spec: ContainerSpec, rendered: DockerResources): Docker.ContainerCreateOptions {
  const seconds = (text: string) => Number.parseInt(text, 10) * 1e9;
  const first = spec.networksAdvanced[0];
  return {
    name: spec.name,
    Hostname: spec.hostname,
    Image: spec.image,
    ...(spec.command ? { Cmd: [...spec.command] } : {}),
    Env: [...spec.envs],
    User: spec.user,
    Labels: { ...spec.labels },
    ExposedPorts: Object.fromEntries(spec.ports.map((p) => [`${p.internal}/${p.protocol}`, {}])),
    ...(first
      ? { NetworkingConfig: { EndpointsConfig: { [first.name]: { Aliases: [...(first.aliases ?? [])] } } } }
      : {}),
    Healthcheck: {
      Test: spec.healthcheck.tests,
      Interval: seconds(spec.healthcheck.interval),
      Timeout: seconds(spec.healthcheck.timeout),
      Retries: spec.healthcheck.retries,
      StartPeriod: seconds(spec.healthcheck.startPeriod),
    },
    HostConfig: {
      NetworkMode: first?.name ?? "none",
      ReadonlyRootfs: spec.readOnly,
      Tmpfs: { ...spec.tmpfs },
      Binds: rendered.volumes.map((v) => `${v.name}:${v.path}`),
      Memory: spec.memory * 1024 * 1024,
      MemorySwap: spec.memorySwap * 1024 * 1024,
      NanoCpus: Math.round(Number(spec.cpus) * 1e9),
      CapDrop: [...spec.capabilities.drops],
      CapAdd: [...spec.capabilities.adds],
      SecurityOpt: [...spec.securityOpts],
      RestartPolicy: { Name: spec.restart },
      LogConfig: { Type: spec.logDriver, Config: { ...spec.logOpts } },
      PortBindings: Object.fromEntries(
        spec.ports.map((p) => [`${p.internal}/${p.protocol}`, [{ HostIp: p.ip, HostPort: String(p.external) }]]),
      ),
    },
  };
}

/** Writes the files below `/config` of a created container, as root and with their modes. */
async function upload(container: Docker.Container, spec: ContainerSpec): Promise<void> {
  if (spec.uploads.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), "planb-test-"));
  try {
    for (const { file, content, permissions } of spec.uploads) {
      const path = join(folder, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, String(content), { mode: Number.parseInt(permissions, 8) });
    }
    const map = (header: { uid?: number; gid?: number }) => Object.assign(header, { uid: 0, gid: 0 });
    const archive = pack(join(folder, "config"), { map: map as never });
    await container.putArchive(archive as unknown as NodeJS.ReadableStream, { path: "/config" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
