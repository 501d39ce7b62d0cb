import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { Workload } from "../../model/index.ts";
import { renderConfigMap, renderSecret } from "./files.ts";
import { annotation, type KubernetesContext, metadataOf, namespaceName, skipAwait, stackLabels } from "./names.ts";
import { renderPolicies, renderServices } from "./network.ts";
import { type Controller, claimName, cores, type PodLinks, renderController } from "./pod.ts";

type PersistentVolumeClaim = types.input.core.v1.PersistentVolumeClaim;

/** What a workload's pod stands on, as manifests. */
export interface WorkloadObjects {
  readonly configMap: types.input.core.v1.ConfigMap | undefined;
  readonly secret: types.input.core.v1.Secret | undefined;
  readonly services: readonly types.input.core.v1.Service[];
  readonly policies: readonly types.input.networking.v1.NetworkPolicy[];
  readonly claims: readonly PersistentVolumeClaim[];
}

/** All that a workload becomes on Kubernetes, as manifests. */
export interface KubernetesResources extends WorkloadObjects {
  readonly controller: Controller;
}

/**
 * Turns a workload into Kubernetes' terms. Pure.
 *
 * A sleeping workload keeps all its objects and has no pod.
 *
 * @throws when the image has no reference
 */
export function renderKubernetes(
  workload: Workload,
  context: KubernetesContext,
  links: PodLinks = {},
): KubernetesResources {
  return { ...renderObjects(workload, context), controller: renderController(workload, context, links) };
}

/** What must be there before a workload's pod. */
export function renderObjects(workload: Workload, context: KubernetesContext): WorkloadObjects {
  return {
    configMap: renderConfigMap(workload, context),
    secret: renderSecret(workload, context),
    services: renderServices(workload, context),
    policies: renderPolicies(workload, context),
    claims: renderClaims(workload, context),
  };
}

function renderClaims(workload: Workload, context: KubernetesContext): PersistentVolumeClaim[] {
  return (workload.volumes ?? []).map((volume) => {
    const backup = volume.backup === "daily" ? "daily" : `none: ${volume.backup.none}`;
    return {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        ...metadataOf(claimName(workload, volume.name), workload.name, context),
        annotations: { ...skipAwait, [annotation("backup")]: backup },
      },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: `${volume.sizeGiB}Gi` } },
        ...(context.storageClass === undefined ? {} : { storageClassName: context.storageClass }),
      },
    };
  });
}

/** The strictest of Kubernetes' pod security standards allows this capability only. */
const restrictedCapabilities = ["NET_BIND_SERVICE"];

/** The strictest of Kubernetes' pod security standards that all of a stack's workloads keep. */
export function podSecurity(workloads: readonly Workload[]): "restricted" | "baseline" {
  const more = workloads.flatMap((w) => w.capabilities ?? []).filter((c) => !restrictedCapabilities.includes(c));
  return more.length > 0 ? "baseline" : "restricted";
}

/**
 * Renders a stack's namespace.
 *
 * @param enforce see {@link podSecurity}
 */
export function renderNamespace(stack: string, enforce: Input<string>): types.input.core.v1.Namespace {
  const labels = {
    ...stackLabels(stack),
    "pod-security.kubernetes.io/enforce": enforce,
    "pod-security.kubernetes.io/warn": "restricted",
  };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: namespaceName(stack), labels } };
}

/** The sum of what a stack's workloads declare. */
export function quota(workloads: readonly Workload[]): Record<string, string> {
  const sum = (of: (workload: Workload) => number) => workloads.reduce((total, w) => total + of(w), 0);
  const published = (w: Workload) => (w.ports?.some((p) => p.hostPort !== undefined) ? 1 : 0);
  return {
    pods: String(workloads.length),
    "limits.memory": `${sum((w) => w.memoryMiB)}Mi`,
    "limits.cpu": cores(sum((w) => w.cpu)),
    persistentvolumeclaims: String(sum((w) => w.volumes?.length ?? 0)),
    "requests.storage": `${sum((w) => (w.volumes ?? []).reduce((gib, v) => gib + v.sizeGiB, 0))}Gi`,
    "services.loadbalancers": String(sum(published)),
  };
}

/**
 * Limits a stack to what its workloads declare, so that it cannot starve the others on the cluster.
 *
 * @param hard see {@link quota}
 */
export function renderQuota(stack: string, hard: Input<Record<string, string>>): types.input.core.v1.ResourceQuota {
  const metadata = { name: "stack", namespace: namespaceName(stack), labels: stackLabels(stack) };
  return { apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard } };
}
