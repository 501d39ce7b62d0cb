import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { AddCommand } from "./commands.ts";

const root = join(import.meta.dirname, "..");
const output = join(root, "test", "output");

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/** Runs a vitest project with its output on the terminal and counts from its JSON report, not from its words. */
async function runProject(project: string, filters: readonly string[]): Promise<Counts> {
  const file = join(output, `${project}.json`);
  rmSync(file, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const run = await execa("npx", ["vitest", "run", "--project", project, ...reporters, ...filters], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    reject: false,
  });
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as VitestReport;
    const failed = report.numFailedTests + (report.numFailedTests === 0 ? report.numFailedTestSuites : 0);
    const crashed = run.exitCode !== 0 && failed === 0 ? 1 : 0;
    return {
      passed: report.numPassedTests,
      failed: failed + crashed,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    // No report: the project did not run, which is a failure and not an empty success.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** Types and style count as one test each. */
async function runCheck(): Promise<Counts> {
  const checks = [
    ["tsc", "--noEmit"],
    ["biome", "check", "."],
  ];
  let failed = 0;
  for (const command of checks) {
    const { exitCode } = await execa("npx", command, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      reject: false,
    });
    if (exitCode !== 0) failed++;
  }
  return { passed: checks.length - failed, failed, skipped: 0 };
}

const projects = ["unit", "engine", "e2e"] as const;

/** `planb test`: the whole suite, from cheap to dear, and a plain count as the last line. */
export const addTest: AddCommand = (program, exit) => {
  program
    .command("test")
    .description("run the suite: types and style, unit tests, tests on the Docker engine, user stories")
    .argument("[part]", `only one part: check, ${projects.join(", ")}`)
    .option("--yes", "install what is missing without asking")
    .option("--filter <text>", "only test files whose path contains the text")
    .action(async (part: string | undefined, options: { filter?: string }) => {
      mkdirSync(output, { recursive: true });
      const filters = options.filter === undefined ? [] : [options.filter];
      const counts: Counts[] = [];
      if (part === undefined || part === "check") counts.push(await runCheck());
      for (const project of projects) {
        if (part === undefined || part === project) counts.push(await runProject(project, filters));
      }
      const sum = (key: keyof Counts) => counts.reduce((total, c) => total + c[key], 0);
      const skipped = sum("skipped") > 0 ? `, ${sum("skipped")} skipped` : "";
      exit(sum("failed") > 0 || sum("passed") === 0 ? 1 : 0);
      console.log(`${sum("passed")} passed, ${sum("failed")} failed${skipped}`);
    });
};
