import { X509Certificate } from "node:crypto";
import { imageRefs } from "../images/recipe.ts";
import type { StackOutputs } from "../model/outputs.ts";
import { type ContainerState, execIn, stackContainers } from "../platform/docker/operate.ts";

/** A workload as `planb status` tells it. */
export interface WorkloadStatus {
  readonly name: string;
  readonly service: string;
  /** "asleep", "missing", or the engine's word. */
  readonly state: string;
  readonly health: string;
  readonly restarts: number;
  readonly startedAt: string | undefined;
  /** Memory in use, MiB, without the page cache. */
  readonly memoryMiB: number | undefined;
  /** Memory declared, MiB: its limit. */
  readonly declaredMiB: number;
  readonly image: string | undefined;
  /** Whether its recipe has changed since: the next `up` takes the new image. */
  readonly imageOutdated: boolean;
  /** Days left of its certificate; undefined where it has none or does not run. */
  readonly certificateDays: number | undefined;
}

/** What the steward tells of the directory copy; see `steward/directory`. */
export interface DirectoryStatus {
  readonly authority?: string;
  readonly state?: string;
  readonly message?: string | null;
  readonly ageSeconds?: number | null;
  readonly people?: number;
  readonly groups?: number;
  readonly coverage?: {
    readonly total: number;
    readonly known: number;
    readonly percent: number;
    readonly targetPercent: number;
    readonly reached: boolean;
    readonly groups: readonly { name: string; total: number; known: number; percent: number; reached: boolean }[];
  } | null;
  /** What is wrong with the rooms and equipment of the existing directory, a line each. */
  readonly rooms?: readonly string[];
}

/** What the steward tells of rooms and equipment; see `steward/resources`. */
interface ResourcesStatus {
  readonly message?: string | null;
  readonly unusable?: readonly { readonly name: string; readonly why: string }[];
}

const roomLines = ({ message, unusable }: ResourcesStatus): string[] => [
  ...(message ? [message] : []),
  ...(unusable ?? []).map(({ name, why }) => `"${name}" of AD cannot be booked: ${why}`),
];

const day = 86_400_000;

/** Days left of the certificate that a workload serves, from the file it serves it from. */
async function certificateDays(stack: string, workload: string): Promise<number | undefined> {
  const { code, stdout } = await execIn(stack, workload, ["cat", "/config/tls/cert.pem"]);
  if (code !== 0) return undefined;
  return Math.floor((Date.parse(new X509Certificate(stdout).validTo) - Date.now()) / day);
}

/** Every workload the stack declares, beside what the engine runs. */
export async function workloadStatus({ stack, workloads }: StackOutputs): Promise<readonly WorkloadStatus[]> {
  const containers = new Map((await stackContainers(stack)).map((c) => [c.workload, c]));
  const refs = new Set(Object.values(imageRefs()));
  return Promise.all(
    workloads.map(async ({ name, service, memoryMiB, asleep }) => {
      const found: ContainerState | undefined = containers.get(name);
      const running = found?.state === "running";
      return {
        name,
        service,
        state: found?.state ?? (asleep ? "asleep" : "missing"),
        health: found?.health ?? "none",
        restarts: found?.restarts ?? 0,
        startedAt: found?.startedAt,
        memoryMiB: found?.memoryMiB,
        declaredMiB: memoryMiB,
        image: found?.image,
        imageOutdated: found !== undefined && !refs.has(found.image),
        certificateDays: running ? await certificateDays(stack, name) : undefined,
      };
    }),
  );
}

/** What the steward says of the directory copy; words instead where it cannot be asked. */
export async function directoryStatus(stack: string): Promise<DirectoryStatus | string> {
  const { code, stdout, stderr } = await execIn(stack, "steward", ["steward", "status", "--json"]);
  if (code !== 0) return `the steward cannot tell: ${(stderr || stdout).trim().split("\n").at(-1) ?? `exit ${code}`}`;
  try {
    const status = JSON.parse(stdout) as { directory?: DirectoryStatus; resources?: ResourcesStatus };
    return { ...status.directory, ...(status.resources ? { rooms: roomLines(status.resources) } : {}) };
  } catch {
    return `the steward's answer is not JSON: ${stdout.slice(0, 80)}`;
  }
}
