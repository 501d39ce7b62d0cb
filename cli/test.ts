import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { Exit } from "./commands.ts";
import { bad, print, remark, seconds } from "./output.ts";
import { root } from "./paths.ts";
import { type Counts, countReport, failures, plainCount, type VitestReport } from "./test-report.ts";

const output = join(root, "test", "output");

/** A part of the suite that has run. */
interface Part extends Counts {
  readonly failures: readonly string[];
}

const inherit = { cwd: root, stdio: ["ignore", "inherit", "inherit"], reject: false } as const;

/** Runs a vitest project; one without a single test file has failed. */
async function runProject(project: string, filters: readonly string[]): Promise<Part> {
  const file = join(output, `${project}.json`);
  rmSync(file, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const args = ["node_modules/vitest/vitest.mjs", "run", "--project", project, ...reporters, ...filters];
  const run = await execa(process.execPath, args, inherit);
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as VitestReport;
    return { ...countReport(report, run.exitCode), failures: failures(report) };
  } catch {
    // No report: the project did not run, which is a failure and not an empty success.
    return { passed: 0, failed: 1, skipped: 0, failures: [`${project}: vitest made no report (exit ${run.exitCode})`] };
  }
}

/** Types and style count as one test each. */
async function runCheck(): Promise<Part> {
  const checks = [
    ["node_modules/typescript/bin/tsc", "--noEmit"],
    ["node_modules/@biomejs/biome/bin/biome", "check", "."],
  ];
  const failures: string[] = [];
  for (const command of checks) {
    const { exitCode } = await execa(process.execPath, command, inherit);
    if (exitCode !== 0) failures.push(command.join(" "));
  }
  return { passed: checks.length - failures.length, failed: failures.length, skipped: 0, failures };
}

const parts = ["check", "unit", "engine", "e2e"] as const;

/** `planb test`: the whole suite, from cheap to dear, and a plain count as the last line. */
export async function test(part: string | undefined, options: { filter?: string | undefined }): Promise<Exit> {
  mkdirSync(output, { recursive: true });
  const filters = options.filter === undefined ? [] : [options.filter];
  const chosen = parts.filter((known) => part === undefined || known === part);
  const counts: Counts[] = [];
  const lines: string[] = [];
  for (const name of chosen) {
    const begin = performance.now();
    const count = name === "check" ? await runCheck() : await runProject(name, filters);
    counts.push(count);
    lines.push(...count.failures.map((failure) => bad(`failed: ${failure}`)));
    lines.push(`${name}: ${plainCount(count)} (${seconds((performance.now() - begin) / 1000)})`);
  }
  const sum = (key: keyof Counts) => counts.reduce((total, count) => total + count[key], 0);
  const total = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
  for (const line of lines) remark(line);
  print(plainCount(total));
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** `planb test bare`: the README's two commands in a bare Debian, see `test/bare`. */
export async function testBare(options: object): Promise<Exit> {
  const command = ["--import", "tsx", "test/bare/index.ts", JSON.stringify(options)];
  const { exitCode } = await execa(process.execPath, command, { ...inherit, stdio: "inherit" });
  return exitCode ?? 1;
}
