import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Mode, Workload, WorkloadSummary } from "../../model/index.ts";
import { checkWorkload, runsIn } from "../../model/index.ts";
import type { Platform, Running, RunOptions } from "../platform.ts";
import { type ContainerSpec, dockerLabels, dockerName, renderDocker } from "./render.ts";

/** What the Docker platform needs to know of the stack. */
export interface DockerPlatformOptions {
  readonly stack: string;
  readonly mode: Mode;
  /** Image reference by recipe name. */
  readonly images: Readonly<Record<string, string>>;
  /** Address on the host that published ports are bound to. */
  readonly hostAddress: string;
}

const asLabels = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([label, value]) => ({ label, value }));

/** Runs workloads as containers of one Docker engine. */
export class DockerPlatform implements Platform {
  readonly workloads: WorkloadSummary[] = [];
  readonly #options: DockerPlatformOptions;
  /** Networks by their name on the engine, made when their server is run. */
  readonly #networks = new Map<string, docker.Network>();
  /** Workloads that do not sleep: only they have networks. */
  readonly #awake = new Set<string>();
  /** For each server the workloads it lists. */
  readonly #reachableFrom = new Map<string, readonly string[]>();

  constructor(options: DockerPlatformOptions) {
    this.#options = options;
  }

  run(workload: Workload, options: RunOptions): Running {
    checkWorkload(workload);
    this.#refuse(workload);
    const { stack, mode } = this.#options;
    const servers = [...this.#reachableFrom]
      .filter(([name, from]) => from.includes(workload.name) && this.#awake.has(name))
      .map(([name]) => name);
    const rendered = renderDocker(workload, { ...this.#options, servers });
    const labels = asLabels(dockerLabels(stack, workload.name));
    const { parent } = options;
    for (const { name, internal, options: driverOptions } of rendered.networks) {
      const args = { name, internal, driver: "bridge", labels, options: driverOptions };
      const logicalName = name.slice(dockerName(stack).length + 1);
      this.#networks.set(name, new docker.Network(logicalName, args, { parent, deleteBeforeReplace: true }));
    }
    const volumes = rendered.volumes.map(
      (v) =>
        new docker.Volume(
          v.logicalName,
          { name: v.name, labels: asLabels(v.labels) },
          { parent, retainOnDelete: v.retain, deleteBeforeReplace: v.retain },
        ),
    );
    this.#reachableFrom.set(workload.name, workload.reachableFrom);
    this.workloads.push({
      name: workload.name,
      service: options.service,
      memoryMiB: workload.memoryMiB,
      asleep: !runsIn(workload, mode),
    });
    if (rendered.container !== undefined) this.#awake.add(workload.name);
    if (rendered.container === undefined) return { name: workload.name, resource: undefined };
    const dependsOn = [
      ...rendered.container.networksAdvanced.flatMap((n) => this.#networks.get(n.name) ?? []),
      ...volumes,
      ...(options.after ?? []).flatMap((running) => running.resource ?? []),
    ];
    const mounts = rendered.volumes.map((v) => ({ volumeName: v.name, containerPath: v.path }));
    const resource = container(workload.name, rendered.container, mounts, { parent, dependsOn });
    return { name: workload.name, resource };
  }

  #refuse(workload: Workload): void {
    if (this.#reachableFrom.has(workload.name)) throw new Error(`workload "${workload.name}" is run twice`);
    const late = workload.reachableFrom.filter((name) => {
      const clients = this.#reachableFrom.get(name);
      return clients !== undefined && !clients.includes(workload.name);
    });
    if (late.length > 0) {
      throw new Error(`workload "${workload.name}" must be run before those that reach it: ${late.join(", ")}`);
    }
  }
}

function container(
  name: string,
  spec: ContainerSpec,
  volumes: { volumeName: string; containerPath: string }[],
  options: pulumi.CustomResourceOptions,
): docker.Container {
  const { labels, capabilities, networksAdvanced, command, ...rest } = spec;
  return new docker.Container(
    name,
    {
      ...rest,
      ...(command ? { command: [...command] } : {}),
      envs: [...rest.envs],
      tmpfs: { ...rest.tmpfs },
      uploads: [...rest.uploads],
      ports: [...rest.ports],
      logOpts: { ...rest.logOpts },
      volumes,
      labels: asLabels(labels),
      capabilities: { drops: [...capabilities.drops], adds: [...capabilities.adds] },
      networksAdvanced: networksAdvanced.map((n) => ({
        name: n.name,
        ...(n.aliases ? { aliases: [...n.aliases] } : {}),
      })),
      securityOpts: [...rest.securityOpts],
    },
    { ...options, deleteBeforeReplace: true },
  );
}
