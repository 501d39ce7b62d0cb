import type { types } from "@pulumi/kubernetes";
import type { Workload } from "../../model/index.ts";
import type { KubernetesContext } from "./names.ts";
import { renderDefaultDeny } from "./network.ts";
import type { Controller } from "./pod.ts";
import { podSecurity, quota, renderKubernetes, renderNamespace, renderQuota } from "./render.ts";

/** One object as it would stand in a YAML file. */
export type Manifest =
  | types.input.core.v1.Namespace
  | types.input.core.v1.ResourceQuota
  | types.input.core.v1.ConfigMap
  | types.input.core.v1.Secret
  | types.input.core.v1.Service
  | types.input.core.v1.PersistentVolumeClaim
  | types.input.networking.v1.NetworkPolicy
  | Controller;

/** A workload and the folder name of its component. */
export interface PlacedWorkload {
  readonly workload: Workload;
  readonly service: string;
}

/**
 * A whole stack as manifests, in the order they are made: what the platform deploys, for schemas and linters. Secrets
 * that are Outputs stay so. The addresses of public names are known to a cluster only and are left out.
 */
export function renderManifests(
  context: Omit<KubernetesContext, "service">,
  placed: readonly PlacedWorkload[],
): Manifest[] {
  const { stack } = context;
  const workloads = placed.map((p) => p.workload);
  const ground = [
    renderNamespace(stack, podSecurity(workloads)),
    renderDefaultDeny(stack),
    renderQuota(stack, quota(workloads)),
  ];
  const rest = placed.flatMap(({ workload, service }): Manifest[] => {
    const { configMap, secret, claims, policies, services, controller } = renderKubernetes(workload, {
      ...context,
      service,
    });
    return [
      ...(configMap ? [configMap] : []),
      ...(secret ? [secret] : []),
      ...claims,
      ...policies,
      ...services,
      controller,
    ];
  });
  return [...ground, ...rest];
}
