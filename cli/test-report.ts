import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "./paths.ts";

/** What a part of the suite came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What of vitest's JSON report is counted. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName?: string;
      readonly failureMessages?: readonly string[];
    }[];
    readonly name?: string;
    readonly message?: string;
  }[];
}

/**
 * What failed, a line each: file, name of the test and the first line of why. Told once more at the very end, where a
 * reader of a long log looks first.
 */
export function failures(report: VitestReport): string[] {
  return report.testResults.flatMap(({ name = "", status, message = "", assertionResults }) => {
    const file = relative(root, name);
    const firstLine = (text: string) => stripVTControlCharacters(text).trim().split("\n", 1)[0] ?? "";
    const failed = assertionResults.filter((assertion) => assertion.status === "failed");
    if (failed.length === 0) return status === "failed" ? [`${file}: ${firstLine(message)}`] : [];
    return failed.map(
      ({ fullName = "", failureMessages = [] }) => `${file}: ${fullName}: ${firstLine(failureMessages[0] ?? "")}`,
    );
  });
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

/** `N passed, N failed`, and how many were skipped if any were. */
export const plainCount = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
