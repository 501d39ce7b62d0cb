import { X509Certificate } from "node:crypto";
import { imageRefs } from "../images/recipe.ts";
import type { StackOutputs } from "../model/outputs.ts";
import { type StewardStatus, stewardStatusSchema } from "../model/status.ts";
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

const day = 86_400_000;

/** Days left of the certificate that a workload serves, from the file it serves it from. */
async function certificateDays(stack: string, workload: string): Promise<number | undefined> {
  const { code, stdout } = await execIn(stack, workload, ["cat", "/config/tls/cert.pem"]);
  if (code !== 0) return undefined;
  return daysLeft(new X509Certificate(stdout).validTo);
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

/** What the steward knows; words instead where it cannot be asked. */
export async function stewardStatus(stack: string): Promise<StewardStatus | string> {
  const { code, stdout, stderr } = await execIn(stack, "steward", ["steward", "status", "--json"]);
  if (code !== 0) return `the steward cannot tell: ${(stderr || stdout).trim().split("\n").at(-1) ?? `exit ${code}`}`;
  try {
    const parsed = stewardStatusSchema.safeParse(JSON.parse(stdout));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return `the steward's answer is another than expected, at ${issue?.path.join(".")}: ${issue?.message}; run up`;
  } catch {
    return `the steward's answer is not JSON: ${stdout.slice(0, 80)}`;
  }
}

/** Days left of a certificate that ends then. */
export const daysLeft = (validTo: string, now = Date.now()): number => Math.floor((Date.parse(validTo) - now) / day);
