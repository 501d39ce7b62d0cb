import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Mode, Workload, WorkloadSummary } from "../../model/index.ts";
import { checkWorkload, runsIn } from "../../model/index.ts";
import { Composition } from "../composition.ts";
import type { Platform, Running, RunOptions } from "../platform.ts";
import { masterLabel } from "./master.ts";
import { type Members, sharedNetworks } from "./networks.ts";
import {
  type ContainerSpec,
  dockerLabels,
  dockerName,
  type NetworkSpec,
  renderDocker,
  renderShared,
  stackLabels,
} from "./render.ts";

/** What the Docker platform needs to know of the stack. */
export interface DockerPlatformOptions {
  readonly stack: string;
  readonly mode: Mode;
  /** Image reference by recipe name. */
  readonly images: Readonly<Record<string, string>>;
  /** Address on the host that published ports are bound to. */
  readonly hostAddress: string;
  /** Mark of the stack's master, put on volumes with data when they are made; see master.ts. */
  readonly masterMark: string;
}

type Labels = Readonly<Record<string, string>>;

const asLabels = (labels: Labels) => Object.entries(labels).map(([label, value]) => ({ label, value }));

/** Runs workloads as containers of one Docker engine. */
export class DockerPlatform implements Platform {
  readonly workloads: WorkloadSummary[] = [];
  readonly #options: DockerPlatformOptions;
  readonly #composition = new Composition<Workload>();
  /** Networks by their name on the engine. */
  readonly #networks = new Map<string, docker.Network>();

  /** The networks that workloads share; made when the whole program has been read, before any container. */
  readonly #shared: Promise<readonly Members[]>;

  constructor(options: DockerPlatformOptions) {
    this.#options = options;
    const { stack, mode } = options;
    this.#shared = this.#composition.all.then((all) => {
      const shared = sharedNetworks(all.filter((workload) => runsIn(workload, mode)));
      for (const members of shared) this.#make(renderShared(stack, members), stackLabels(stack), {});
      return shared;
    });
  }

  run(workload: Workload, options: RunOptions): Running {
    checkWorkload(workload);
    this.#composition.add(workload);
    const { stack, mode, masterMark } = this.#options;
    const { parent, service } = options;
    const { name, memoryMiB } = workload;
    const awake = runsIn(workload, mode);
    this.workloads.push({ name, service, memoryMiB, asleep: !awake });
    const rendered = renderDocker(workload, { ...this.#options, shared: [] });
    for (const network of rendered.networks) this.#make(network, dockerLabels(stack, name), { parent });
    const volumes = rendered.volumes.map(
      (v) =>
        new docker.Volume(
          v.logicalName,
          { name: v.name, labels: asLabels(v.retain ? { ...v.labels, [masterLabel]: masterMark } : v.labels) },
          // Docker cannot change labels, and data is never made anew for their sake.
          {
            parent,
            retainOnDelete: v.retain,
            deleteBeforeReplace: v.retain,
            ...(v.retain ? { ignoreChanges: ["labels"] } : {}),
          },
        ),
    );
    if (rendered.container === undefined) return { name, resource: undefined };
    const joined = this.#joined(workload);
    const after = (options.after ?? []).flatMap((running) => running.resource ?? []);
    // The shared networks do not exist yet.
    const dependsOn = joined.then(({ networksAdvanced }) => [
      ...networksAdvanced.flatMap((n) => this.#networks.get(n.name) ?? []),
      ...volumes,
      ...after,
    ]);
    const mounts = rendered.volumes.map((v) => ({ volumeName: v.name, containerPath: v.path }));
    const named = joined.then((j) => ({
      ...j,
      networksAdvanced: j.networksAdvanced.map((n) => this.#asDependency(n)),
    }));
    return { name, resource: container(name, rendered.container, named, mounts, { parent, dependsOn }) };
  }

  #make({ name, internal, options }: NetworkSpec, labels: Labels, parent: { readonly parent?: pulumi.Resource }): void {
    const args = { name, internal, driver: "bridge", labels: asLabels(labels), options };
    const logicalName = name.slice(dockerName(this.#options.stack).length + 1);
    this.#networks.set(name, new docker.Network(logicalName, args, { ...parent, deleteBeforeReplace: true }));
  }

  /** A network by its resource's own name: when it is replaced, so are the containers in it, which must leave it first. */
  #asDependency({ name, aliases }: ContainerSpec["networksAdvanced"][number]): JoinedNetwork {
    return { name: this.#networks.get(name)?.name ?? name, ...(aliases ? { aliases: [...aliases] } : {}) };
  }

  /** The networks of a workload: its own and those it shares. */
  async #joined(
    workload: Workload,
  ): Promise<Pick<ContainerSpec, "networksAdvanced"> & { networkMode: string | undefined }> {
    const rendered = renderDocker(workload, { ...this.#options, shared: await this.#shared });
    const { networksAdvanced, networkMode } = rendered.container as ContainerSpec;
    return { networksAdvanced, networkMode };
  }
}

interface JoinedNetwork {
  readonly name: pulumi.Input<string>;
  readonly aliases?: string[];
}

interface Joined {
  readonly networksAdvanced: JoinedNetwork[];
  readonly networkMode: string | undefined;
}

function container(
  name: string,
  spec: ContainerSpec,
  joined: Promise<Joined>,
  volumes: { volumeName: string; containerPath: string }[],
  options: pulumi.CustomResourceOptions,
): docker.Container {
  const { labels, capabilities, networksAdvanced: _, networkMode: __, command, ...rest } = spec;
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
      networksAdvanced: joined.then((j) => j.networksAdvanced),
      networkMode: joined.then((j) => j.networkMode),
      securityOpts: [...rest.securityOpts],
    },
    { ...options, deleteBeforeReplace: true },
  );
}
