import type { Mode } from "../../model/index.ts";

/** What the renderer needs to know of the stack around a workload. */
export interface KubernetesContext {
  readonly stack: string;
  readonly mode: Mode;
  /** Image reference by recipe name. */
  readonly images: Readonly<Record<string, string>>;
  /** Folder name of the component the workload belongs to. */
  readonly service: string;
  /** Address the published ports are asked for, e.g. of a load balancer's pool; a loopback address asks for none. */
  readonly hostAddress: string;
  /** Registry the nodes pull from, put before every image reference. Default: images are on the nodes already. */
  readonly registry?: string;
  /** Storage class of the volumes. Default: the cluster's default class. */
  readonly storageClass?: string;
}

/** A stack's namespace; the prefix keeps stacks on one cluster apart from all else there. */
export const namespaceName = (stack: string): string => `planb-${stack}`;

/** Labels by which a workload's pods are found. Never changed: selectors cannot be. */
export const selectorLabels = (stack: string, workload: string) => ({
  "app.kubernetes.io/name": workload,
  "app.kubernetes.io/instance": stack,
});

/** Labels on everything that belongs to a stack. */
export const stackLabels = (stack: string) => ({
  "app.kubernetes.io/instance": stack,
  "app.kubernetes.io/part-of": "planb",
  "app.kubernetes.io/managed-by": "pulumi",
});

/** Labels on everything a workload becomes. */
export const workloadLabels = (workload: string, context: KubernetesContext) => ({
  ...stackLabels(context.stack),
  ...selectorLabels(context.stack, workload),
  "app.kubernetes.io/component": context.service,
});

/** Name, namespace and labels of an object of a workload. */
export const metadataOf = (name: string, workload: string, context: KubernetesContext) => ({
  name,
  namespace: namespaceName(context.stack),
  labels: workloadLabels(workload, context),
});

/** Prefix of the annotations that are ours. */
export const annotation = (key: string): string => `planb.io/${key}`;

/**
 * Keeps Pulumi from waiting for an object to be "ready": a Service is not before its pods are, and those may be
 * waiting for another Service's address; a claim is not before a pod uses it. The pods' readiness says it all.
 */
export const skipAwait = { "pulumi.com/skipAwait": "true" };
