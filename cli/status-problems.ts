import type { CertificateSeen, StewardStatus } from "../model/status.ts";
import { stewardProblems } from "../model/status-problems.ts";
import { daysLeft, type WorkloadStatus } from "./status-data.ts";

/** Where the certificate comes from that edge and mail show outside: see `edge.certificate` of the stack file. */
export type CertificateKind = "internal" | "file" | "acme";

/**
 * Days from which on somebody is told. The stack's own authority gives more than 400 days at each `up`; a given
 * certificate takes an office some weeks; ACME's is renewed by edge with 30 days left.
 */
const fewDays: Readonly<Record<CertificateKind, number>> = { internal: 120, file: 30, acme: 21 };

const remedy: Readonly<Record<CertificateKind, string>> = {
  internal: "up renews it",
  file: "put a new one in the place of edge.certificate.chain, its key into planb:edgeKey, and run up",
  acme: "edge has not renewed it; look at the logs of edge",
};

/** A container that was restarted so often and runs so short a while is in a loop. */
const loop = { restarts: 3, seconds: 600 };

function certificateLine(name: string, days: number, kind: CertificateKind): string[] {
  if (days >= fewDays[kind]) return [];
  const left = days < 0 ? "has expired" : `is valid for ${days} days only`;
  return [`${name}: its certificate ${left}; ${remedy[kind]}`];
}

function workloadProblems(workload: WorkloadStatus, kind: CertificateKind, now: number): string[] {
  const { name, state, health, restarts, startedAt, certificateDays } = workload;
  if (state === "asleep") return [];
  if (state !== "running") return [`${name}: ${state}; start it with up, or look at its logs`];
  const problems = health === "unhealthy" ? [`${name}: its own health check fails; look at its logs`] : [];
  if (restarts >= loop.restarts && startedAt && now - Date.parse(startedAt) < loop.seconds * 1000)
    problems.push(`${name}: it ended and was started again ${restarts} times, a moment ago too; look at its logs`);
  // Beside edge's the file belongs to the stack's own authority, with ACME at edge too.
  const own = name === "edge" && kind === "file" ? "file" : "internal";
  if (certificateDays !== undefined) problems.push(...certificateLine(name, certificateDays, own));
  return problems;
}

/** What is known of a running stack. */
export interface Known {
  readonly workloads: readonly WorkloadStatus[];
  /** Words where it cannot be asked; undefined: it does not run. */
  readonly steward?: StewardStatus | string | undefined;
  /** What servers show outside. Default: nothing is known. */
  readonly certificates?: readonly CertificateSeen[];
  /** Default: internal. */
  readonly kind?: CertificateKind;
}

/** What somebody must look at, a line each; empty when all is well. */
export function problemsOf(known: Known, now = Date.now()): string[] {
  const { workloads, steward, certificates = [], kind = "internal" } = known;
  const told = typeof steward === "string" ? [`steward: ${steward}`] : steward ? stewardProblems(steward) : [];
  const shown = certificates.flatMap(({ where, validTo }) => certificateLine(where, daysLeft(validTo, now), kind));
  const inside = workloads.flatMap((workload) => workloadProblems(workload, kind, now));
  // One file behind many doors is told once where it is read, else at each door.
  return [...inside, ...(inside.some((line) => line.startsWith("edge: its certificate")) ? [] : shown), ...told];
}
