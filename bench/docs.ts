import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type KeptResult, median } from "./harness.ts";

const number = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));

function section(result: KeptResult): string {
  const rows = result.series.map(
    ({ label, unit, values }) =>
      `| ${label} | ${unit} | ${number(median(values))} | ${number(Math.min(...values))} - ${number(Math.max(...values))} | ${values.length} |`,
  );
  const figures = Object.entries(result.figures).map(([name, value]) => `${name} **${number(value)}**`);
  return [
    `## ${result.bench}`,
    "",
    `${result.compares}. Goal: ${result.goal}. ${figures.join(", ")}: ${result.met ? "met" : "**not met**"}.`,
    "",
    "| what | unit | median | spread | runs |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
    `\`${result.command}\`, ${result.date.slice(0, 10)}, ${result.machine}`,
    "",
  ].join("\n");
}

/** Prints docs/benchmarks.md from the kept results. */
export function writeBenchmarks(results: readonly KeptResult[]): void {
  const head = [
    "# Benchmarks",
    "",
    "Printed by `npm run bench docs` from the raw figures in `bench/results/`. Machines differ and are noisy: ratios are measured",
    "side by side in one run; seconds and MiB belong to the machine named.",
    "",
  ].join("\n");
  const path = join(import.meta.dirname, "..", "docs", "benchmarks.md");
  writeFileSync(path, `${head}\n${results.map(section).join("\n")}`);
}
