import type { Input } from "@pulumi/pulumi";
import type { Mode } from "./mode.ts";

/**
 * One container of one image, with at most one running copy: the intersection of what Docker and Kubernetes can do.
 * Both renderers implement every field. There are no raw platform flags; a missing capability is a change here
 * and in both renderers.
 */
export interface Workload {
  /** DNS label, unique in the stack; the host name the other workloads use. */
  readonly name: string;
  /** Name of a recipe folder in `images/`; the platform resolves it to a tag made of its content. */
  readonly image: string;
  /** Command and arguments. Default: the image's own. */
  readonly command?: readonly string[];
  /** Plain environment. Never a secret: `docker inspect` shows it. Default: none. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Text files by relative path, laid below `/config` before the start (0444); a change restarts the workload.
   * Public: nothing secret, and no secret Output. Default: none.
   */
  readonly files?: Readonly<Record<string, Input<string>>>;
  /**
   * Secret text files by relative path below `/config` (0440, group 0); encrypted in the state, readable by the
   * workload's group only; a change restarts the workload. Default: none.
   */
  readonly secretFiles?: Readonly<Record<string, Input<string>>>;
  /** Storage that outlives the workload. Default: none. */
  readonly volumes?: readonly Volume[];
  /** Ports the workload listens on. A port nobody declared is closed. */
  readonly ports?: readonly Port[];
  /** Other names by which the workloads that may reach this one find it, e.g. its public host names. */
  readonly publicNames?: readonly string[];
  /** When the workload counts as ready. Required. */
  readonly ready: Ready;
  /** Memory limit in MiB; the sum over a stack is the bill. */
  readonly memoryMiB: number;
  /** CPU limit in cores, e.g. 0.5. */
  readonly cpu: number;
  /**
   * Numeric user the process runs as. The group is always 0, as images/README.md says. 0 only together with
   * `capabilities`, and so with a decision record.
   */
  readonly user: number;
  /** Absolute paths of scratch space in memory; all else of the root file system is read-only. */
  readonly writablePaths?: readonly string[];
  /** Linux capabilities the workload keeps; each needs a decision record. Default: none. */
  readonly capabilities?: readonly string[];
  /** Modes in which the workload does not run. Default: `["dormant"]`. */
  readonly asleepIn?: readonly Mode[];
  /** Names of the workloads that may open connections to this one. */
  readonly reachableFrom: readonly string[];
  /** What it may reach outside the stack. Default: nothing. */
  readonly egress?: readonly Egress[];
  /** Size and number of rotated log files kept by the platform. Default: 3 files of 10 MiB. */
  readonly log?: { readonly maxMiB: number; readonly files: number };
}

/** A named volume; belongs to one workload, kept when the workload or the stack is removed. */
export interface Volume {
  /** DNS label, unique in the workload; together with the stack's and workload's name the volume's identity. */
  readonly name: string;
  /** Absolute path it is mounted at; the image's folder there gives owner and mode of a new volume. */
  readonly path: string;
  /** Size asked of the platform in GiB (a request on Kubernetes; Docker does not limit it). */
  readonly sizeGiB: number;
  /** Whether it is backed up, or why it need not be. */
  readonly backup: "daily" | { readonly none: string };
}

/** A port a workload listens on. */
export interface Port {
  /** Name, unique in the workload, e.g. "https". */
  readonly name: string;
  /** Number inside the container. */
  readonly port: number;
  /** Default: tcp. */
  readonly protocol?: "tcp" | "udp";
  /** Port on the stack's `host.address`. Default: reachable inside the stack only. */
  readonly hostPort?: number;
}

/** Something outside the stack a workload connects to. */
export interface Egress {
  /** Host name or address, or `*`. */
  readonly host: string;
  readonly port: number;
  /** Default: tcp. */
  readonly protocol?: "tcp" | "udp";
  /** One line for the firewall's owner. */
  readonly why: string;
}

/** A health check run inside the container. */
export type Ready = {
  /** Seconds allowed for the first success. Default: 60. */
  readonly withinSeconds?: number;
  /** Seconds between checks once it runs. Default: 10. */
  readonly everySeconds?: number;
} & (
  | {
      /** Command and arguments; exit 0 is ready. */ readonly exec: readonly string[];
    }
  | {
      /** TCP port that accepts a connection. */ readonly tcp: number;
    }
  | {
      /** A plain HTTP URL path on a port of the container that answers 2xx. */ readonly http: {
        readonly port: number;
        readonly path: string;
      };
    }
);

/** Whether a workload runs in a mode. */
export function runsIn(workload: Workload, mode: Mode): boolean {
  return !(workload.asleepIn ?? ["dormant"]).includes(mode);
}
