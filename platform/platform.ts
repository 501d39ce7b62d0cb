import type { Resource } from "@pulumi/pulumi";
import type { Workload, WorkloadSummary } from "../model/index.ts";

/** A running (or sleeping) workload, to name in `after` and `reachableFrom`. */
export interface Running {
  /** The workload's name and host name. */
  readonly name: string;
  /** Undefined while it sleeps. */
  readonly resource: Resource | undefined;
}

/** How a workload is placed in the Pulumi tree. */
export interface RunOptions {
  /** The component it belongs to. */
  readonly parent: Resource;
  /** Folder name of the component, for outputs and labels. */
  readonly service: string;
  /** Workloads that must be ready before the first start. At a reboot every workload tolerates any order. */
  readonly after?: readonly Running[];
}

/**
 * Where workloads run: Docker or Kubernetes. The order in which they are run is free; a program runs all of them without
 * waiting for anything in between.
 */
export interface Platform {
  run(workload: Workload, options: RunOptions): Running;
  /** All workloads run so far, for the stack's outputs. */
  readonly workloads: readonly WorkloadSummary[];
}
