import type { StackIdentity } from "../config/index.ts";
import type { StackOutputs } from "../model/outputs.ts";
import type { Probe, ProbeResult } from "../model/probe.ts";
import { runProbes } from "../probes/index.ts";
import { bad, good, table } from "./output.ts";

/** The probes of services that are awake. */
export function awakeProbes({ probes, workloads }: StackOutputs, service?: string): readonly Probe[] {
  const awake = new Set(workloads.filter((w) => !w.asleep).map((w) => w.service));
  return probes.filter((p) => awake.has(p.service) && (service === undefined || p.service === service));
}

/**
 * Tries probes, and those that fail again until all are green or the time is over.
 *
 * @param options.seconds longest wait. Default: one try
 * @param options.onRound told after each round what is still red
 * @returns the last result of each probe, in their order
 */
export async function probeUntilGreen(
  outputs: StackOutputs,
  identity: StackIdentity,
  probes: readonly Probe[],
  options: { seconds?: number; onRound?: (red: readonly ProbeResult[]) => void } = {},
): Promise<readonly ProbeResult[]> {
  const { hostAddress: address } = identity;
  const context = { caPem: outputs.caPem, address, secrets: outputs.secrets };
  const end = performance.now() + (options.seconds ?? 0) * 1000;
  const results = new Map<string, ProbeResult>();
  let waiting = probes;
  for (;;) {
    for (const result of await runProbes(waiting, context)) results.set(result.probe, result);
    waiting = waiting.filter((probe) => results.get(probe.name)?.ok !== true);
    if (waiting.length === 0 || performance.now() >= end) break;
    options.onRound?.(waiting.flatMap((probe) => results.get(probe.name) ?? []));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return probes.flatMap((probe) => results.get(probe.name) ?? []);
}

/** Results as a table: what a user would call it, state, time, and what was seen. */
export function probeTable(outputs: StackOutputs, results: readonly ProbeResult[]): string {
  const titles = new Map(outputs.probes.map((probe) => [probe.name, probe.title.en]));
  const rows = results.map(({ probe, service, ok, ms, detail }) => [
    service,
    titles.get(probe) ?? probe,
    ok ? good("ok") : bad("failed"),
    `${(ms / 1000).toFixed(1)} s`,
    detail,
  ]);
  return table(["service", "what", "state", "time", "seen"], rows);
}
