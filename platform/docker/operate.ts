import { finished } from "node:stream/promises";
import Docker from "dockerode";
import { UserError } from "../../model/errors.ts";
import { type ExecResult, runInside, writeLog } from "./inside.ts";
import { dockerName } from "./render.ts";

export type { ExecResult } from "./inside.ts";
export { refuseOtherMaster } from "./master.ts";

/** A container of a stack, as the engine sees it now. */
export interface ContainerState {
  readonly id: string;
  readonly name: string;
  /** The workload it runs. */
  readonly workload: string;
  /** Image reference. */
  readonly image: string;
  /** The engine's word, e.g. "running", "exited". */
  readonly state: string;
  /** Its own health check: "healthy", "unhealthy", "starting"; "none" where it has none or is not running. */
  readonly health: string;
  /** How often the engine has started it again by itself. */
  readonly restarts: number;
  /** ISO time of the last start. */
  readonly startedAt: string;
  /** Memory in use, MiB, without the page cache that the kernel can take back. Undefined when it does not run. */
  readonly memoryMiB: number | undefined;
  /** Its memory limit, MiB. */
  readonly limitMiB: number;
}

const ofStack = (stack: string) => ({ label: [`io.planb.stack=${stack}`] });

interface MemoryStats {
  readonly usage?: number;
  readonly stats?: Readonly<Record<string, number>>;
}

/** What `docker stats` shows: without inactive file pages (cgroup version 1 and 2 name them differently). */
function usedMiB(memory: MemoryStats): number | undefined {
  if (memory.usage === undefined) return undefined;
  const inactive = memory.stats?.["total_inactive_file"] ?? memory.stats?.["inactive_file"] ?? 0;
  return Math.max(0, memory.usage - inactive) / 2 ** 20;
}

/** All containers of a stack, running or not, by workload. */
export async function stackContainers(stack: string): Promise<readonly ContainerState[]> {
  const docker = new Docker();
  const list = await docker.listContainers({ all: true, filters: ofStack(stack) });
  const states = await Promise.all(
    list.map(async ({ Id }) => {
      const container = docker.getContainer(Id);
      const [info, stats] = await Promise.all([
        container.inspect(),
        container.stats({ stream: false, "one-shot": true }).catch(() => undefined),
      ]);
      const running = info.State.Running;
      return {
        id: Id,
        name: info.Name.replace(/^\//, ""),
        workload: info.Config.Labels["io.planb.workload"] ?? info.Name,
        image: info.Config.Image,
        state: info.State.Status,
        health: running ? (info.State.Health?.Status ?? "none") : "none",
        restarts: info.RestartCount,
        startedAt: info.State.StartedAt,
        memoryMiB: running && stats !== undefined ? usedMiB(stats.memory_stats as MemoryStats) : undefined,
        limitMiB: (info.HostConfig.Memory ?? 0) / 2 ** 20,
      };
    }),
  );
  return states.sort((a, b) => a.workload.localeCompare(b.workload));
}

/**
 * Runs a command inside a workload's container.
 *
 * @param onOutput told of the output as it comes. Default: it is collected only
 * @throws UserError when the container does not run
 */
export async function execIn(
  stack: string,
  workload: string,
  command: readonly string[],
  onOutput?: { stdout(chunk: Buffer): void; stderr(chunk: Buffer): void },
): Promise<ExecResult> {
  const docker = new Docker();
  const container = await runningContainer(docker, stack, workload);
  return runInside(container, command, { onOutput });
}

async function runningContainer(docker: Docker, stack: string, workload: string): Promise<Docker.Container> {
  const container = docker.getContainer(dockerName(stack, workload));
  const info = await container.inspect().catch((error: { statusCode?: number }) => {
    if (error.statusCode === 404) return undefined;
    throw error;
  });
  if (info === undefined) {
    const names = (await stackContainers(stack)).map((c) => c.workload);
    const there = names.length > 0 ? `there are: ${names.join(", ")}` : `start the stack with: ./planb up ${stack}`;
    throw new UserError(`the stack ${stack} has no container of a workload "${workload}"; ${there}`);
  }
  if (info.State.Running) return container;
  throw new UserError(`the workload ${workload} of the stack ${stack} is ${info.State.Status}, not running`);
}

/**
 * Passes a workload's log on.
 *
 * @param options.lines how many of the last lines
 * @param options.follow go on until the workload stops
 * @throws UserError when there is no such container
 */
export async function readLog(
  stack: string,
  workload: string,
  options: { lines: number; follow: boolean },
  to: { stdout: NodeJS.WritableStream; stderr: NodeJS.WritableStream },
): Promise<void> {
  const docker = new Docker();
  const container = docker.getContainer(dockerName(stack, workload));
  const common = { stdout: true, stderr: true, tail: options.lines } as const;
  try {
    if (options.follow) {
      const stream = await container.logs({ ...common, follow: true });
      docker.modem.demuxStream(stream, to.stdout, to.stderr);
      await finished(stream as NodeJS.ReadableStream, { writable: false });
      return;
    }
    await writeLog(container, options.lines, to);
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    const names = (await stackContainers(stack)).map((c) => c.workload);
    throw new UserError(
      `the stack ${stack} has no workload "${workload}" running; there are: ${names.join(", ") || "none"}`,
    );
  }
}

/** Everything of a stack that the engine holds, by name. */
export interface StackThings {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** Names of all that a stack has on the engine. */
export async function stackThings(stack: string): Promise<StackThings> {
  const [made, volumes] = await Promise.all([stackMade(stack), new Docker().listVolumes({ filters: ofStack(stack) })]);
  return {
    containers: made.containers.map(({ name }) => name),
    networks: made.networks.map(({ name }) => name),
    volumes: (volumes.Volumes ?? []).map((v) => v.Name).sort(),
  };
}

/** A container or network on the engine. The name may be another's tomorrow, the id is not. */
export interface Made {
  readonly id: string;
  readonly name: string;
}

/** A stack's containers and networks on the engine, by name. */
export async function stackMade(stack: string): Promise<Readonly<Record<"containers" | "networks", readonly Made[]>>> {
  const docker = new Docker();
  const filters = ofStack(stack);
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  const sorted = (all: readonly Made[]) => [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    containers: sorted(containers.map((c) => ({ id: c.Id, name: (c.Names[0] ?? c.Id).replace(/^\//, "") }))),
    networks: sorted(networks.map((n) => ({ id: n.Id, name: n.Name }))),
  };
}

/** Names of the volumes with a stack's data; the written configuration is not among them. */
export async function dataVolumes(stack: string): Promise<readonly string[]> {
  const filters = { label: [`io.planb.stack=${stack}`, "io.planb.backup"] };
  const { Volumes } = await new Docker().listVolumes({ filters });
  return (Volumes ?? []).map((volume) => volume.Name).sort();
}

/** Deletes what is named, containers first; what is gone already is fine. Volumes lose their data. */
export async function removeThings(things: Partial<StackThings>): Promise<void> {
  const docker = new Docker();
  const gone = (error: { statusCode?: number }) => {
    if (error.statusCode !== 404) throw error;
  };
  for (const name of things.containers ?? []) await docker.getContainer(name).remove({ force: true }).catch(gone);
  for (const name of things.networks ?? []) await docker.getNetwork(name).remove().catch(gone);
  for (const name of things.volumes ?? []) await docker.getVolume(name).remove().catch(gone);
}
