import type { ContainerInspectInfo, ImageInspectInfo } from "dockerode";
import type { Observed } from "../../plugin/observed.ts";
import type { Properties, Value } from "../../plugin/values.ts";
import { fromLabels } from "../labels.ts";
import { type ContainerInputs, nanoseconds, plainInputs } from "./spec.ts";

const mebibyte = 1024 * 1024;

/**
 * A container as found, in the words of inputs. Uploaded files are not looked at, and what only concerns waiting is not
 * in it.
 *
 * @param olds inputs of the last update, undefined on import
 * @param image what it was made from, where the engine still has it
 */
export function observe(
  found: ContainerInspectInfo,
  olds: Properties | undefined,
  image: ImageInspectInfo | undefined,
): Observed {
  const { Config: config, HostConfig: host } = found;
  const old = olds === undefined ? undefined : plainInputs(olds);
  const fromImage = image?.Config;
  const health = (config as { Healthcheck?: Health }).Healthcheck;
  const imageHealth = (fromImage as { Healthcheck?: Health } | undefined)?.Healthcheck;
  const log = host.LogConfig as { Type: string; Config: Record<string, string> } | undefined;
  const seen: Record<string, Value | undefined> = {
    name: found.Name.replace(/^\//, ""),
    image: config.Image,
    command: inherited(config.Cmd, image && (fromImage?.Cmd ?? []), old?.command),
    envs: environment(config.Env, image && (fromImage?.Env ?? []), old?.envs),
    user: inherited(config.User || undefined, image && (fromImage?.User || ""), old?.user),
    hostname: config.Hostname === found.Id.slice(0, 12) ? undefined : config.Hostname,
    readOnly: host.ReadonlyRootfs ?? false,
    tmpfs: ((host as { Tmpfs?: Record<string, string> }).Tmpfs ?? {}) as Value,
    ports: ports(host.PortBindings as Bindings | undefined),
    networksAdvanced: networks(found, old),
    networkMode: host.NetworkMode === "none" ? "none" : undefined,
    volumes: (host.Binds ?? []).map(volumeOf),
    healthcheck: healthcheck(
      inherited(
        health as Value | undefined,
        image && ((imageHealth ?? {}) as Value),
        old?.healthcheck as Value | undefined,
      ) as Health | undefined,
      old?.healthcheck,
    ),
    memory: host.Memory ? host.Memory / mebibyte : undefined,
    memorySwap: swap(host.MemorySwap, host.Memory, old?.memorySwap),
    cpus: cpus(host.NanoCpus, old?.cpus),
    restart: host.RestartPolicy?.Name || "no",
    capabilities: { adds: bare(host.CapAdd as string[] | null), drops: bare(host.CapDrop as string[] | null) },
    securityOpts: host.SecurityOpt ?? [],
    labels: fromLabels(labels(config.Labels, image && (fromImage?.Labels ?? {}), old)),
    stopTimeout: (config as { StopTimeout?: number }).StopTimeout,
    mustRun: runs(found) ? old?.mustRun : false,
  };
  // Docker fills in its default driver where none was asked for; on import, only what differs from its usual one counts.
  const usual = log?.Type === "json-file" && Object.keys(log.Config ?? {}).length === 0;
  if (old === undefined ? !usual : old.logDriver !== undefined) seen["logDriver"] = log?.Type;
  if (old === undefined ? !usual : old.logOpts !== undefined) seen["logOpts"] = (log?.Config ?? {}) as Value;
  return seen;
}

interface Health {
  readonly Test?: string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly Retries?: number;
}

type Bindings = Record<string, { HostIp?: string; HostPort?: string }[] | null>;

/** Whether it does its work: a paused one does not, one between two tries of its restart policy does. */
export const runs = ({ State: state }: ContainerInspectInfo): boolean =>
  (state.Running || state.Restarting) && !state.Paused;

/** What Docker took from the image is no input, unless it was given as one. Without the image all not given counts as its. */
function inherited<T extends Value>(found: T | undefined | null, image: T | undefined | null, old: Value | undefined) {
  if (found === undefined || found === null) return undefined;
  return old === undefined && (image === undefined || JSON.stringify(found) === JSON.stringify(image))
    ? undefined
    : found;
}

function environment(
  found: readonly string[] | undefined,
  image: readonly string[] | undefined,
  old: readonly string[] = [],
) {
  const given = new Set(old);
  return (found ?? []).filter((entry) => given.has(entry) || (image !== undefined && !image.includes(entry)));
}

function labels(
  found: Record<string, string> | undefined,
  image: Record<string, string> | undefined,
  old: ContainerInputs | undefined,
): Record<string, string> {
  const given = new Set((old?.labels ?? []).map(({ label }) => label));
  return Object.fromEntries(
    Object.entries(found ?? {}).filter(
      ([label, value]) => given.has(label) || (image !== undefined && image[label] !== value),
    ),
  );
}

function ports(bindings: Bindings | undefined): Value {
  return Object.entries(bindings ?? {}).flatMap(([key, hosts]) => {
    const [port, protocol = "tcp"] = key.split("/");
    const internal = Number(port);
    return (hosts ?? []).map(({ HostIp, HostPort }) => ({
      internal,
      protocol,
      ip: HostIp || "0.0.0.0",
      ...(HostPort && HostPort !== "0" ? { external: Number(HostPort) } : {}),
    }));
  });
}

function networks(found: ContainerInspectInfo, old: ContainerInputs | undefined): Value {
  // Docker itself adds the short id and the host name to the aliases.
  const dockers = new Set([found.Id.slice(0, 12), found.Config.Hostname]);
  return Object.entries(found.NetworkSettings.Networks ?? {}).flatMap(([name, { Aliases }]) => {
    const before = old?.networksAdvanced?.find((network) => network.name === name);
    if (name === "none" || (name === "bridge" && before === undefined)) return [];
    const all = (Aliases as string[] | null | undefined) ?? [];
    const aliases = all.filter((alias) => !dockers.has(alias) || before?.aliases?.includes(alias));
    return [{ name, ...(aliases.length > 0 ? { aliases } : {}) }];
  });
}

function volumeOf(bind: string): Value {
  const [volumeName = "", containerPath = "", mode = "rw"] = bind.split(":");
  return { volumeName, containerPath, ...(mode.split(",").includes("ro") ? { readOnly: true } : {}) };
}

function healthcheck(found: Health | undefined, old: ContainerInputs["healthcheck"]): Value | undefined {
  if (found?.Test === undefined) return undefined;
  // In the old words where they mean the same: "90s" and "1m30s".
  const duration = (nanos: number | undefined, before: string | undefined) => {
    if (before !== undefined && nanoseconds(before) === (nanos ?? 0)) return before;
    if (!nanos) return undefined;
    return nanos % 1e9 === 0 ? `${nanos / 1e9}s` : `${nanos}ns`;
  };
  const members = {
    tests: found.Test,
    interval: duration(found.Interval, old?.interval),
    timeout: duration(found.Timeout, old?.timeout),
    startPeriod: duration(found.StartPeriod, old?.startPeriod),
    retries: found.Retries || undefined,
  };
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined)) as Value;
}

/** Docker sets twice the memory where no limit of swap was asked for. */
function swap(found: number | undefined, memory: number | undefined, old: number | undefined): number | undefined {
  if (!found) return undefined;
  if (old === undefined && memory && found === 2 * memory) return undefined;
  return found === -1 ? -1 : found / mebibyte;
}

function cpus(nanos: number | undefined, old: string | undefined): string | undefined {
  if (!nanos) return undefined;
  if (old !== undefined && Math.round(Number(old) * 1e9) === nanos) return old;
  return String(nanos / 1e9);
}

/** Newer engines write CAP_ before the name. */
const bare = (names: readonly string[] | null | undefined): string[] =>
  (names ?? []).map((name) => name.replace(/^CAP_/, ""));
