import { createHash } from "node:crypto";
import type { Input } from "@pulumi/pulumi";
import { type Mode, type Ready, runsIn, type Workload } from "../../model/index.ts";
import { configPath, defaultLog, healthCommand, stopSeconds } from "../shared.ts";
import type { Members } from "./networks.ts";

/** What the renderer needs to know of the stack around a workload. */
export interface DockerContext {
  readonly stack: string;
  readonly mode: Mode;
  /** Image reference by recipe name. */
  readonly images: Readonly<Record<string, string>>;
  /** Address on the host that published ports are bound to. */
  readonly hostAddress: string;
  /** The networks that the stack's workloads share, this one's among them. */
  readonly shared: readonly Members[];
}

/** Arguments of a `docker.Network`, as plain data. */
export interface NetworkSpec {
  readonly name: string;
  readonly internal: boolean;
  readonly options: Readonly<Record<string, string>>;
}

/** Arguments of a `docker.Volume`, as plain data. */
export interface VolumeSpec {
  /** Its name in the Pulumi tree. */
  readonly logicalName: string;
  readonly name: string;
  readonly path: string;
  /** Kept when the stack is destroyed. The config volume is not: it can be written again. */
  readonly retain: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** A file written into a container before its start. */
export interface UploadSpec {
  readonly file: string;
  readonly content: Input<string>;
  readonly permissions: string;
}

/** Arguments of a `docker.Container`, as plain data. */
export interface ContainerSpec {
  readonly name: string;
  readonly hostname: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly envs: readonly string[];
  readonly user: string;
  readonly readOnly: true;
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly uploads: readonly UploadSpec[];
  readonly ports: readonly { internal: number; external: number; ip: string; protocol: string }[];
  readonly networksAdvanced: readonly { name: string; aliases?: readonly string[] }[];
  /** `none` for a workload without any network: with nothing said the engine's default bridge leads outside. */
  readonly networkMode?: "none";
  readonly healthcheck: {
    tests: string[];
    interval: string;
    timeout: string;
    retries: number;
    startPeriod: string;
  };
  /** MiB. */
  readonly memory: number;
  /** MiB, memory and swap together: the same, so no swap. */
  readonly memorySwap: number;
  /** Cores, as a decimal. */
  readonly cpus: string;
  readonly capabilities: { drops: readonly string[]; adds: readonly string[] };
  readonly securityOpts: readonly string[];
  readonly restart: "unless-stopped";
  /** Pulumi waits until the health check passes. */
  readonly wait: true;
  /** Seconds until it must be ready. */
  readonly waitTimeout: number;
  /** Seconds from the signal to stop to the kill, by `docker stop`. */
  readonly stopTimeout: number;
  /** The same when it is replaced or deleted; unset it would be killed at once. */
  readonly destroyGraceSeconds: number;
  readonly logDriver: "json-file";
  readonly logOpts: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** All that a workload becomes on Docker, without the networks it shares. */
export interface DockerResources {
  readonly networks: readonly NetworkSpec[];
  readonly volumes: readonly VolumeSpec[];
  /** Undefined while the workload sleeps. */
  readonly container: ContainerSpec | undefined;
}

/** Name of a stack's resource on the engine; the prefix keeps stacks on one host apart. */
export const dockerName = (stack: string, ...parts: string[]): string => ["planb", stack, ...parts].join("-");

/** Labels on everything a stack makes on the engine. */
export const stackLabels = (stack: string): Record<string, string> => ({ "io.planb.stack": stack });

/** Labels on what it makes for one workload. */
export const dockerLabels = (stack: string, workload: string): Record<string, string> => ({
  ...stackLabels(stack),
  "io.planb.workload": workload,
});

/** A network that workloads share, with no way out of it. No workload's name holds a point, so none is taken for another. */
export const renderShared = (stack: string, members: Members): NetworkSpec => ({
  name: dockerName(stack, members.join(".")),
  internal: true,
  options: {},
});

/**
 * Turns a workload into Docker's terms. Pure.
 *
 * Who may reach whom becomes networks that are shared; a workload with a published port or something to reach outside
 * has a bridge of its own besides.
 *
 * @throws when the image has no reference
 */
export function renderDocker(workload: Workload, context: DockerContext): DockerResources {
  const image = context.images[workload.image];
  if (image === undefined) {
    throw new Error(`${workload.name}: image "${workload.image}" has no recipe in images/`);
  }
  const own = dockerName(context.stack, workload.name);
  const networks = renderNetworks(workload, own);
  const volumes = renderVolumes(workload, context.stack, own);
  if (!runsIn(workload, context.mode))
    return { networks: [], volumes: volumes.filter((v) => v.retain), container: undefined };
  return { networks, volumes, container: renderContainer(workload, context, image, networks) };
}

function renderNetworks(workload: Workload, own: string): NetworkSpec[] {
  const published = workload.ports?.some((p) => p.hostPort !== undefined) ?? false;
  const outward = (workload.egress ?? []).length > 0;
  if (!published && !outward) return [];
  // Without masquerading a published port still answers, but the container cannot open connections to the outside.
  const options = { "com.docker.network.bridge.enable_ip_masquerade": String(outward) };
  // Two names: a network in use cannot be changed, so with the option the container moves to another one.
  return [{ name: `${own}-${outward ? "out" : "host"}`, internal: false, options }];
}

function renderVolumes(workload: Workload, stack: string, own: string): VolumeSpec[] {
  const labels = dockerLabels(stack, workload.name);
  const kept = (workload.volumes ?? []).map((volume) => ({
    logicalName: `${workload.name}-${volume.name}`,
    name: `${own}-${volume.name}`,
    path: volume.path,
    retain: true,
    labels: { ...labels, "io.planb.backup": volume.backup === "daily" ? "daily" : `none: ${volume.backup.none}` },
  }));
  const config = configHash(workload);
  if (config === undefined) return kept;
  const rewritten = { ...labels, "io.planb.backup": "none: written again by every pulumi up" };
  const name = `${own}-config-${config}`;
  return [
    ...kept,
    { logicalName: `${workload.name}-config`, name, path: configPath, retain: false, labels: rewritten },
  ];
}

/**
 * A name part for the config volume, from the plain files and the paths of all others: a file that is no longer
 * declared cannot linger in it. Secret contents stay out of names; a changed one is written again at its path, as is a
 * plain file whose text is known only later.
 */
function configHash(workload: Workload): string | undefined {
  const files = Object.entries(workload.files ?? {})
    .map(([path, content]) => [path, typeof content === "string" ? content : null])
    .sort();
  const secrets = Object.keys(workload.secretFiles ?? {}).sort();
  if (files.length + secrets.length === 0) return undefined;
  return createHash("sha256")
    .update(JSON.stringify([files, secrets]))
    .digest("hex")
    .slice(0, 10);
}

function renderContainer(
  workload: Workload,
  context: DockerContext,
  image: string,
  networks: readonly NetworkSpec[],
): ContainerSpec {
  const own = dockerName(context.stack, workload.name);
  const aliases = [workload.name, ...(workload.publicNames ?? [])];
  const joined = [
    ...networks.map(({ name }) => ({ name })),
    ...context.shared
      .filter((members) => members.includes(workload.name))
      .map((members) => ({ name: renderShared(context.stack, members).name, aliases })),
  ].sort((a, b) => a.name.localeCompare(b.name));
  const log = workload.log ?? defaultLog;
  return {
    name: own,
    hostname: workload.name,
    image,
    ...(workload.command ? { command: workload.command } : {}),
    envs: Object.entries(workload.env ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
    user: `${workload.user}:0`,
    readOnly: true,
    tmpfs: Object.fromEntries((workload.writablePaths ?? []).map((path) => [path, "rw,nosuid,nodev,noexec,mode=1777"])),
    uploads: renderUploads(workload),
    ports: (workload.ports ?? []).flatMap(({ port, hostPort, protocol }) =>
      hostPort === undefined
        ? []
        : [{ internal: port, external: hostPort, ip: context.hostAddress, protocol: protocol ?? "tcp" }],
    ),
    networksAdvanced: joined,
    ...(joined.length === 0 ? { networkMode: "none" as const } : {}),
    healthcheck: renderHealth(workload.ready),
    memory: workload.memoryMiB,
    memorySwap: workload.memoryMiB,
    cpus: String(workload.cpu),
    capabilities: { drops: ["ALL"], adds: workload.capabilities ?? [] },
    securityOpts: ["no-new-privileges:true"],
    restart: "unless-stopped",
    wait: true,
    waitTimeout: workload.ready.withinSeconds ?? 60,
    stopTimeout: stopSeconds,
    destroyGraceSeconds: stopSeconds,
    logDriver: "json-file",
    logOpts: { "max-size": `${log.maxMiB}m`, "max-file": String(log.files) },
    labels: dockerLabels(context.stack, workload.name),
  };
}

function renderUploads(workload: Workload): UploadSpec[] {
  const upload =
    (permissions: string) =>
    ([path, content]: [string, Input<string>]) => ({
      file: `${configPath}/${path}`,
      content,
      permissions,
    });
  return [
    ...Object.entries(workload.files ?? {}).map(upload("0444")),
    ...Object.entries(workload.secretFiles ?? {}).map(upload("0440")),
  ].sort((a, b) => a.file.localeCompare(b.file));
}

function renderHealth(ready: Ready): ContainerSpec["healthcheck"] {
  return {
    tests: ["CMD", ...healthCommand(ready)],
    interval: `${ready.everySeconds ?? 10}s`,
    timeout: "5s",
    retries: 3,
    startPeriod: `${ready.withinSeconds ?? 60}s`,
  };
}
