import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import { type Ready, runsIn, type Workload } from "../../model/index.ts";
import { configPath, defaultLog, healthCommand, stopSeconds } from "../shared.ts";
import { filesDigest, renderProjection } from "./files.ts";
import { annotation, type KubernetesContext, metadataOf, selectorLabels, workloadLabels } from "./names.ts";

type Container = types.input.core.v1.Container;
type PodSpec = types.input.core.v1.PodSpec;
type Probe = types.input.core.v1.Probe;
type Volume = types.input.core.v1.Volume;
type VolumeMount = types.input.core.v1.VolumeMount;

/** A Deployment, or for a workload with volumes a StatefulSet. */
export type Controller = types.input.apps.v1.Deployment | types.input.apps.v1.StatefulSet;

/** What is known only once other objects exist. */
export interface PodLinks {
  /** The version of the workload's Secret: pods are replaced when it changes, and it tells nothing of the content. */
  readonly secretVersion?: Input<string>;
  /** Addresses of the public names of the servers the workload may reach. */
  readonly hostAliases?: Input<Input<types.input.core.v1.HostAlias>[]>;
}

/** Seconds given to a node to pull the image and mount the volumes, before the time a workload has to get ready. */
const placementSeconds = 120;

/**
 * Renders the object that keeps the workload's one pod. A workload with volumes is a StatefulSet, which never runs a
 * second pod while the first may still write; the others are Deployments that stop the old pod before the new one.
 *
 * @throws when the image has no reference
 */
export function renderController(workload: Workload, context: KubernetesContext, links: PodLinks = {}): Controller {
  const withinSeconds = (workload.ready.withinSeconds ?? 60) + placementSeconds;
  const metadata = {
    ...metadataOf(workload.name, workload.name, context),
    annotations: { "pulumi.com/timeoutSeconds": String(withinSeconds) },
  };
  const common = {
    replicas: runsIn(workload, context.mode) ? 1 : 0,
    revisionHistoryLimit: 1,
    selector: { matchLabels: selectorLabels(context.stack, workload.name) },
    template: {
      metadata: { labels: workloadLabels(workload.name, context), annotations: podAnnotations(workload, links) },
      spec: renderPod(workload, context, links),
    },
  };
  if ((workload.volumes ?? []).length > 0) {
    const updateStrategy = { type: "RollingUpdate" };
    // Parallel: with the default a pod that never gets ready could not be replaced by a mended one.
    const spec = { ...common, serviceName: workload.name, podManagementPolicy: "Parallel", updateStrategy };
    return { apiVersion: "apps/v1", kind: "StatefulSet", metadata, spec };
  }
  const spec = { ...common, strategy: { type: "Recreate" }, progressDeadlineSeconds: withinSeconds };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
}

function podAnnotations(workload: Workload, { secretVersion }: PodLinks): Record<string, Input<string>> {
  return {
    [annotation("files")]: filesDigest(workload),
    ...(secretVersion === undefined ? {} : { [annotation("secret-version")]: secretVersion }),
  };
}

function renderPod(workload: Workload, context: KubernetesContext, links: PodLinks): PodSpec {
  const low = (workload.ports ?? []).map((p) => p.port).filter((port) => port < 1024);
  const { volumes, volumeMounts } = renderVolumes(workload);
  return {
    hostname: workload.name,
    ...(links.hostAliases === undefined ? {} : { hostAliases: links.hostAliases }),
    restartPolicy: "Always",
    terminationGracePeriodSeconds: stopSeconds,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: workload.user !== 0,
      runAsUser: workload.user,
      runAsGroup: 0,
      fsGroup: 0,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
      ...(low.length > 0
        ? { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: String(Math.min(...low)) }] }
        : {}),
    },
    containers: [{ ...renderContainer(workload, context), volumeMounts }],
    volumes,
  };
}

/** Kubernetes replaces `$(NAME)` in commands and variables; a doubled dollar sign stands for itself. */
const literal = (text: string): string => text.replaceAll("$", "$$$$");

function renderContainer(workload: Workload, context: KubernetesContext): Container {
  const log = workload.log ?? defaultLog;
  return {
    name: workload.name,
    image: imageReference(workload, context),
    imagePullPolicy: "IfNotPresent",
    // Docker's "command" replaces the image's arguments and keeps its entry point: `args` here.
    ...(workload.command ? { args: workload.command.map(literal) } : {}),
    env: Object.entries(workload.env ?? {})
      .sort()
      .map(([name, value]) => ({ name, value: literal(value) })),
    ports: (workload.ports ?? []).map((p) => ({
      name: p.name,
      containerPort: p.port,
      protocol: (p.protocol ?? "tcp").toUpperCase(),
    })),
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"], ...(workload.capabilities?.length ? { add: [...workload.capabilities] } : {}) },
    },
    resources: {
      limits: { memory: `${workload.memoryMiB}Mi`, cpu: cores(workload.cpu) },
      requests: {
        // Memory cannot be taken back from a pod, so all of it is set aside; the processor is shared.
        memory: `${workload.memoryMiB}Mi`,
        cpu: cores(workload.cpu / 10),
        "ephemeral-storage": `${log.maxMiB * log.files}Mi`,
      },
    },
    startupProbe: probe(workload.ready, {
      periodSeconds: 2,
      failures: Math.ceil((workload.ready.withinSeconds ?? 60) / 2),
    }),
    readinessProbe: probe(workload.ready, { periodSeconds: workload.ready.everySeconds ?? 10, failures: 3 }),
  };
}

/** Cores in the canonical form, so that what the API server answers is what was asked. */
export const cores = (cpu: number): string => {
  const milli = Math.max(1, Math.round(cpu * 1000));
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
};

/** The image's reference, at the registry if there is one. */
function imageReference(workload: Workload, { images, registry }: KubernetesContext): string {
  const reference = images[workload.image];
  if (reference === undefined) {
    throw new Error(`${workload.name}: image "${workload.image}" has no recipe in images/`);
  }
  return registry === undefined ? reference : `${registry.replace(/\/+$/, "")}/${reference}`;
}

function probe(ready: Ready, { periodSeconds, failures }: { periodSeconds: number; failures: number }): Probe {
  const command = healthCommand(ready).map(literal);
  return { exec: { command }, periodSeconds, failureThreshold: failures, timeoutSeconds: 5 };
}

function renderVolumes(workload: Workload): { volumes: Volume[]; volumeMounts: VolumeMount[] } {
  const projected = renderProjection(workload);
  const pairs: [Volume, VolumeMount][] = [
    ...(workload.volumes ?? []).map((v): [Volume, VolumeMount] => [
      { name: `data-${v.name}`, persistentVolumeClaim: { claimName: claimName(workload, v.name) } },
      { name: `data-${v.name}`, mountPath: v.path },
    ]),
    ...(workload.writablePaths ?? []).map((path, index): [Volume, VolumeMount] => [
      { name: `scratch-${index}`, emptyDir: { medium: "Memory", sizeLimit: `${workload.memoryMiB}Mi` } },
      { name: `scratch-${index}`, mountPath: path },
    ]),
    ...(projected
      ? [
          [
            { name: "config", projected },
            { name: "config", mountPath: configPath, readOnly: true },
          ] as [Volume, VolumeMount],
        ]
      : []),
  ];
  return { volumes: pairs.map(([volume]) => volume), volumeMounts: pairs.map(([, mount]) => mount) };
}

/** Name of the claim behind a volume. */
export const claimName = (workload: Workload, volume: string): string => `${workload.name}-${volume}`;
