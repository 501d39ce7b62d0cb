import type { Mode } from "./mode.ts";
import type { Probe } from "./probe.ts";

/** What a stack exports: enough for `planb status`, `probe`, `down` and drills, without reading the program again. */
export interface StackOutputs {
  readonly stack: string;
  readonly municipality: string;
  readonly mode: Mode;
  readonly platform: "docker" | "kubernetes";
  /** Public addresses, by service. */
  readonly urls: Readonly<Record<string, string>>;
  readonly probes: readonly Probe[];
  /** The stack's root certificate, PEM. Public. */
  readonly caPem: string;
  /** Secrets that probes and operators need, by name; a Pulumi secret as a whole. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly workloads: readonly WorkloadSummary[];
}

/** A workload as the outputs tell it. */
export interface WorkloadSummary {
  readonly name: string;
  readonly service: string;
  readonly memoryMiB: number;
  readonly asleep: boolean;
}
