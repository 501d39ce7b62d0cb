import { runsIn, type Workload } from "../../model/index.ts";
import { sharedNetworks } from "../../platform/docker/networks.ts";
import {
  type ContainerSpec,
  type DockerResources,
  renderDocker,
  renderShared,
  type VolumeSpec,
} from "../../platform/docker/render.ts";
import type { Observe, ObservedVolume, ObservedWorkload } from "./observation.ts";

const stack = "contract";
const prefix = `planb-${stack}-`;

/** What the Docker renderer makes of a stack. */
export const observeDocker: Observe = (workloads, options) => {
  const shared = sharedNetworks(workloads.filter((workload) => runsIn(workload, options.mode)));
  const rendered = new Map(
    workloads.map((workload) => [workload.name, renderDocker(workload, { stack, ...options, shared })] as const),
  );
  const container = (name: string) => rendered.get(name)?.container;
  const joined = (name: string) => container(name)?.networksAdvanced ?? [];
  const all = [...shared.map((s) => renderShared(stack, s)), ...[...rendered.values()].flatMap((r) => r.networks)];
  const networks = new Map(all.map((network) => [network.name, network]));
  return {
    workload: (name) => {
      const [found, spec] = [rendered.get(name), container(name)];
      return found && spec ? observed(found, spec) : undefined;
    },
    volumesOf: (name) => (rendered.get(name)?.volumes ?? []).filter((v) => v.retain).map(volume),
    published: (name) =>
      (container(name)?.ports ?? []).map((p) => `${p.ip} ${p.external}/${p.protocol} -> ${p.internal}`),
    // The engine knows no ports between containers; what a workload does not listen on is closed all the same.
    canReach: (from, to, port) =>
      declares(workloads, to, port) && joined(from).some((a) => joined(to).some((b) => a.name === b.name)),
    canReachOutside: (from) =>
      container(from)?.networkMode !== "none" &&
      joined(from).some(({ name }) => {
        const network = networks.get(name);
        return (
          network?.internal === false && network.options["com.docker.network.bridge.enable_ip_masquerade"] === "true"
        );
      }),
    finds: (from, name) =>
      joined(from).some((a) =>
        workloads.some((w) => joined(w.name).some((b) => a.name === b.name && b.aliases?.includes(name))),
      ),
  };
};

const declares = (workloads: readonly Workload[], name: string, port: number): boolean =>
  workloads.some((w) => w.name === name && w.ports?.some((p) => p.port === port));

const volume = (spec: VolumeSpec): ObservedVolume => ({
  path: spec.path,
  name: spec.name.replace(prefix, ""),
  backup: spec.labels["io.planb.backup"] ?? "",
});

function observed(rendered: DockerResources, spec: ContainerSpec): ObservedWorkload {
  const [user, group] = spec.user.split(":").map(Number);
  const { uploads, ...rest } = spec;
  const config = rendered.volumes.find((v) => v.path === "/config");
  const { logOpts, healthcheck } = spec;
  return {
    image: spec.image,
    arguments: spec.command,
    env: Object.fromEntries(spec.envs.map((e) => [e.slice(0, e.indexOf("=")), e.slice(e.indexOf("=") + 1)] as const)),
    user: user ?? -1,
    group: group ?? -1,
    readOnlyRoot: spec.readOnly,
    mayGainPrivileges: !spec.securityOpts.includes("no-new-privileges:true"),
    capabilities: { drop: spec.capabilities.drops, add: spec.capabilities.adds },
    memoryMiB: spec.memory,
    cpu: Number(spec.cpus),
    scratch: Object.keys(spec.tmpfs),
    files: uploads.map((u) => ({ path: u.file, mode: u.permissions, content: u.content })),
    volumes: rendered.volumes.filter((v) => v.retain).map(volume),
    ready: {
      command: healthcheck.tests.slice(1),
      withinSeconds: spec.waitTimeout,
      everySeconds: Number.parseInt(healthcheck.interval, 10),
    },
    stopSeconds: spec.stopTimeout,
    logMiB: Number.parseInt(logOpts["max-size"] ?? "", 10) * Number(logOpts["max-file"]),
    filesVersion: config?.name,
    plain: JSON.stringify([rest, rendered.volumes, rendered.networks]),
  };
}
