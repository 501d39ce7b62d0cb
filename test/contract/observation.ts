import type { Input } from "@pulumi/pulumi";
import type { Mode, Workload } from "../../model/index.ts";

/** A file as a workload finds it. */
export interface ObservedFile {
  /** Absolute. */
  readonly path: string;
  /** Octal, e.g. "0440". */
  readonly mode: string;
  /** What stands in it; for a secret given as an Output still that Output. */
  readonly content: Input<string>;
}

/** A volume as a workload finds it. */
export interface ObservedVolume {
  readonly path: string;
  /** Its identity on the platform, without the stack's part. */
  readonly name: string;
  /** "daily", or "none: why". */
  readonly backup: string;
}

/** A running workload in words that both platforms share. */
export interface ObservedWorkload {
  readonly image: string;
  /** Arguments given to the image's entry point; undefined: the image's own. */
  readonly arguments: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly user: number;
  readonly group: number;
  readonly readOnlyRoot: boolean;
  readonly mayGainPrivileges: boolean;
  readonly capabilities: { readonly drop: readonly string[]; readonly add: readonly string[] };
  readonly memoryMiB: number;
  readonly cpu: number;
  readonly scratch: readonly string[];
  readonly files: readonly ObservedFile[];
  readonly volumes: readonly ObservedVolume[];
  readonly ready: {
    readonly command: readonly string[];
    readonly withinSeconds: number;
    readonly everySeconds: number;
  };
  readonly stopSeconds: number;
  readonly logMiB: number;
  /** Changes when the workload must be replaced because of its plain files. */
  readonly filesVersion: unknown;
  /** All that was rendered for it save the contents of its files: no secret may be found in it. */
  readonly plain: string;
}

/** A stack in words that both platforms share. */
export interface ObservedStack {
  /** Undefined while it sleeps. */
  workload(name: string): ObservedWorkload | undefined;
  /** Volumes that exist, asleep or not. */
  volumesOf(name: string): readonly ObservedVolume[];
  /** Published as `address hostPort/protocol -> port`. */
  published(name: string): readonly string[];
  /** Whether one may open a connection to a port of the other. */
  canReach(from: string, to: string, port: number): boolean;
  /** Whether it may open a connection to the outside. */
  canReachOutside(from: string, host: string, port: number): boolean;
  /** Whether one finds the other by this name; undefined where only a running platform knows. */
  finds(from: string, name: string): boolean | undefined;
}

/** What a stack is observed with. */
export interface ObserveOptions {
  readonly mode: Mode;
  readonly images: Readonly<Record<string, string>>;
  readonly hostAddress: string;
}

/** Renders a stack and tells what came out. */
export type Observe = (workloads: readonly Workload[], options: ObserveOptions) => ObservedStack;
