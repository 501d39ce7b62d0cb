import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";

/** One side of a comparison: what was run and the raw figures, in run order. */
export interface Series {
  readonly label: string;
  /** Unit of the figures, e.g. "s", "ms", "MiB", "logins/s". */
  readonly unit: string;
  readonly values: readonly number[];
}

/** What a bench found. */
export interface BenchResult {
  readonly bench: string;
  /** What is compared with what, in a sentence. */
  readonly compares: string;
  /** The figure to reach, in words, with its source (measures of the design). */
  readonly goal: string;
  readonly series: readonly Series[];
  /** Figures computed from the series, e.g. `{ ratio: 1.07 }`. */
  readonly figures: Readonly<Record<string, number>>;
  readonly met: boolean;
}

/** A bench as `npm run bench <name>` runs it. */
export interface Bench {
  readonly name: string;
  readonly about: string;
  run(): Promise<BenchResult>;
}

const resultsFolder = join(import.meta.dirname, "results");

/** The middle of the figures. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Seconds that something took. */
export async function seconds(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

/** The machine a figure was measured on. */
export const machine = (): string =>
  `${cpus().length} x ${cpus()[0]?.model.trim() ?? "unknown CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

const round = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));

/** Prints a result with median and spread, and keeps the raw figures as JSON. */
export function report(result: BenchResult): void {
  const table = new Table({ head: ["", "unit", "median", "min", "max", "runs"] });
  for (const { label, unit, values } of result.series) {
    table.push([
      label,
      unit,
      round(median(values)),
      round(Math.min(...values)),
      round(Math.max(...values)),
      values.length,
    ]);
  }
  const figures = Object.entries(result.figures).map(([name, value]) => `${name} ${round(value)}`);
  console.log(`${result.bench}: ${result.compares}\n${table.toString()}`);
  console.log(`${figures.join(", ")} - goal: ${result.goal} - ${result.met ? "met" : "NOT met"}\n`);
  mkdirSync(resultsFolder, { recursive: true });
  const kept = {
    ...result,
    machine: machine(),
    date: new Date().toISOString(),
    command: `npm run bench ${result.bench}`,
  };
  writeFileSync(join(resultsFolder, `${result.bench}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}

/** A kept result. */
export type KeptResult = BenchResult & { readonly machine: string; readonly date: string; readonly command: string };

/** Reads all kept results, by name. */
export function keptResults(): readonly KeptResult[] {
  if (!existsSync(resultsFolder)) return [];
  return readdirSync(resultsFolder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(resultsFolder, file), "utf8")) as KeptResult);
}
