import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../model/errors.ts";
import { stackContainers } from "../platform/docker/operate.ts";
import type { Bench, Series } from "./harness.ts";
import { benchStack, bringUp, removeStack, tell } from "./stack.ts";

const idleMinutes = 5;
const samples = 5;
/** Stands in for what a municipality has already: not part of the bill. */
const fixture = "existing-ad";

/** Memory of each workload after 5 minutes without use, against what it declares. */
export const memory: Bench = {
  name: "memory",
  about: "memory of each workload after 5 min idle, against its declaration",
  async run() {
    const stack = await benchStack("benchup", [28080, 28443]);
    const byWorkload = new Map<string, number[]>();
    const declared = new Map<string, number>();
    try {
      const outputs = await bringUp(stack);
      for (const { name, memoryMiB } of outputs.workloads) declared.set(name, memoryMiB);
      tell(`idle for ${idleMinutes} min`);
      await sleep(idleMinutes * 60_000);
      for (let sample = 0; sample < samples; sample++) {
        for (const { workload, memoryMiB, state } of await stackContainers(stack.name)) {
          if (memoryMiB === undefined) throw new UserError(`${workload} is ${state} after ${idleMinutes} min idle`);
          byWorkload.set(workload, [...(byWorkload.get(workload) ?? []), memoryMiB]);
        }
        await sleep(2000);
      }
    } finally {
      await removeStack(stack);
    }
    const ours = [...byWorkload].filter(([workload]) => workload !== fixture);
    const totals = Array.from({ length: samples }, (_, i) =>
      ours.reduce((sum, [, values]) => sum + (values[i] ?? 0), 0),
    );
    const over = ours.filter(([workload, values]) => Math.max(...values) > (declared.get(workload) ?? 0));
    const series: Series[] = [...byWorkload].map(([workload, values]) => ({
      label: `${workload}, declared ${declared.get(workload)} MiB${workload === fixture ? " (fixture, not counted)" : ""}`,
      unit: "MiB",
      values,
    }));
    const total = Math.max(...totals);
    return {
      bench: "memory",
      compares: `memory in use after ${idleMinutes} min idle in mode active with the memory each workload declares`,
      goal: "at most 2.0 GiB in all with every service active, no workload over its declaration",
      series: [...series, { label: "all, without the fixture", unit: "MiB", values: totals }],
      figures: { total, "workloads over their declaration": over.length },
      met: total <= 2048 && over.length === 0,
    };
  },
};
