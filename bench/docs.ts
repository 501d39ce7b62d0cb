import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type KeptResult, keptResults, median } from "./harness.ts";

const number = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));

function section(result: KeptResult): string {
  const rows = result.series.map(
    ({ label, unit, values }) =>
      `| ${label} | ${unit} | ${number(median(values))} | ${number(Math.min(...values))} - ${number(Math.max(...values))} | ${values.length} |`,
  );
  const figures = Object.entries(result.figures).map(([name, value]) => ` ${name} **${number(value)}**,`);
  return [
    `## ${result.bench}`,
    "",
    `${result.compares}. Goal: ${result.goal}:${figures.join("")} ${result.met ? "met" : "**not met**"}.`,
    "",
    "| what | unit | median | spread | runs |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
    `\`${result.command}\`, ${result.date.slice(0, 10)}, ${result.machine}`,
    "",
  ].join("\n");
}

/** The page docs/benchmarks.md: the kept results with machine, date, command, median and spread. */
export function benchmarksDocument(results: readonly KeptResult[] = keptResults()): string {
  const head = [
    "# Benchmarks",
    "",
    "Printed by `npm run bench docs` from the raw figures in `bench/results/`. Machines differ and are noisy: ratios are measured",
    "side by side in one run; seconds and MiB belong to the machine named.",
    "",
  ].join("\n");
  return `${[head, ...results.map(section)].join("\n").trimEnd()}\n`;
}

/** Writes {@link benchmarksDocument} to its place. */
export const writeBenchmarks = (): void =>
  writeFileSync(join(import.meta.dirname, "..", "docs", "benchmarks.md"), benchmarksDocument());
