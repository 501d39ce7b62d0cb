import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../model/errors.ts";
import type { Exit } from "./commands.ts";
import { print, remark, seconds } from "./output.ts";
import { root } from "./paths.ts";

const output = join(root, "test", "output");

/** What a part of the suite came to. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What of vitest's JSON report is counted. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { status: string }[];
  }[];
}

/**
 * Counts from a JSON report, not from words on the terminal.
 *
 * @param exitCode of the run: a crash without a failed test still counts as one
 */
export function countReport(report: VitestReport, exitCode: number | undefined): Counts {
  // A file that cannot be loaded, or whose set-up failed, has no failed test of its own.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.every((a) => a.status !== "failed"),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const inherit = { cwd: root, stdio: ["ignore", "inherit", "inherit"], reject: false } as const;

/** Runs a vitest project; one without a single test file has failed. */
async function runProject(project: string, filters: readonly string[]): Promise<Counts> {
  const file = join(output, `${project}.json`);
  rmSync(file, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const args = ["node_modules/vitest/vitest.mjs", "run", "--project", project, ...reporters, ...filters];
  const run = await execa(process.execPath, args, inherit);
  try {
    return countReport(JSON.parse(readFileSync(file, "utf8")) as VitestReport, run.exitCode);
  } catch {
    // No report: the project did not run, which is a failure and not an empty success.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** Types and style count as one test each. */
async function runCheck(): Promise<Counts> {
  const checks = [
    ["node_modules/typescript/bin/tsc", "--noEmit"],
    ["node_modules/@biomejs/biome/bin/biome", "check", "."],
  ];
  let failed = 0;
  for (const command of checks) {
    const { exitCode } = await execa(process.execPath, command, inherit);
    if (exitCode !== 0) failed++;
  }
  return { passed: checks.length - failed, failed, skipped: 0 };
}

const parts = ["check", "unit", "engine", "e2e"] as const;

/** `planb test`: the whole suite, from cheap to dear, and a plain count as the last line. */
export async function test(part: string | undefined, options: { filter?: string | undefined }): Promise<Exit> {
  if (part !== undefined && !parts.some((known) => known === part)) {
    throw new UserError(`test: expected ${parts.join(", ")} or bare, got "${part}"`);
  }
  mkdirSync(output, { recursive: true });
  const filters = options.filter === undefined ? [] : [options.filter];
  const chosen = parts.filter((known) => part === undefined || known === part);
  const counts: Counts[] = [];
  const lines: string[] = [];
  for (const name of chosen) {
    const begin = performance.now();
    const count = name === "check" ? await runCheck() : await runProject(name, filters);
    counts.push(count);
    lines.push(`${name}: ${plainCount(count)} (${seconds((performance.now() - begin) / 1000)})`);
  }
  const sum = (key: keyof Counts) => counts.reduce((total, count) => total + count[key], 0);
  const total = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
  for (const line of lines) remark(line);
  print(plainCount(total));
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** `N passed, N failed`, and how many were skipped if any were. */
export const plainCount = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
