import { Command } from "commander";
import type { DirectoryStatus, StewardStatus } from "../model/status.ts";
import { stewardProblems } from "../model/status-problems.ts";
import { command } from "./control.ts";
import type { CodeSheets, Coverage, LoginReport, UnseverReport } from "./directory/index.ts";

const print = (text: string): void => void process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 2));

/** The commands of a running steward, and `run`, which is the steward itself. */
export function stewardCommand(run: () => Promise<void>): Command {
  const program = new Command("steward").description("The steward of a stack: directory sync, realm, watch");
  program.command("run", { isDefault: true }).description("run the steward (what the container does)").action(run);
  program
    .command("sync")
    .description("run a pass of the directory sync now, and look for everything that was deleted")
    .option("--delta", "only for what changed, as the passes in between do")
    .option("--json", "as JSON")
    .action(async ({ delta, json }: { delta?: boolean; json?: boolean }) => {
      const directory = await command<DirectoryStatus>("sync", { delta: delta === true });
      if (json) printJson(directory);
      else print(directoryText(directory));
      if (directory.state === "unreachable" || directory.state === "held") process.exitCode = 1;
    });
  program
    .command("status")
    .description("what the steward knows")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const status = await command<StewardStatus>("status");
      if (json) printJson(status);
      else print(statusText(status));
    });
  program
    .command("coverage")
    .description("who could log in right now without the existing directory")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const coverage = await command<Coverage & { withCode: number }>("coverage");
      if (json) printJson(coverage);
      else print(coverageText(coverage));
    });
  program
    .command("codes")
    .description("make activation codes for those whose password is not known here, and print them once")
    .argument("<of>", "a group (name, DN or short id), a department, or all")
    .option("--html", "as HTML, a page a department")
    .option("--json", "counts and both forms as JSON")
    .action(async (of: string, { html, json }: { html?: boolean; json?: boolean }) => {
      const sheets = await command<CodeSheets>("codes", { of });
      if (json) return printJson(sheets);
      print(html ? sheets.html : sheets.text);
      process.stderr.write(
        `codes made: ${sheets.count}; password known here: ${sheets.known}; may not log in: ${sheets.locked}\n`,
      );
    });
  program
    .command("approve-removal")
    .description("agree to what the guard holds back, and run that pass")
    .action(async () => {
      const { approved, directory } = await command<{ approved: number; directory: DirectoryStatus }>(
        "approve-removal",
      );
      print(
        approved === 0
          ? "the guard holds nothing back; it counts anew from now"
          : `approved: ${approved} people and groups`,
      );
      if (approved > 0) print(directoryText(directory));
    });
  program
    .command("sever")
    .description("cut the tie to the existing directory: what it says changes nothing here")
    .action(async () => print(directoryText(await command<DirectoryStatus>("sever"))));
  program
    .command("unsever")
    .description("make the existing directory the authority again, and list what changed meanwhile")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const report = await command<UnseverReport>("unsever");
      if (json) printJson(report);
      else print(unseverText(report));
    });
  program
    .command("login-state")
    .description("what is known of one login")
    .argument("<uid>", "login name")
    .option("--json", "as JSON")
    .action(async (uid: string, { json }: { json?: boolean }) => {
      const report = await command<LoginReport>("login-state", { uid });
      if (json) return printJson(report);
      for (const [key, value] of Object.entries(report))
        print(`${key}: ${Array.isArray(value) ? value.join(", ") : value}`);
    });
  return program;
}

function directoryText(directory: DirectoryStatus): string {
  const { state, message, authority, people, groups, ageSeconds, coverage, held, lastPass } = directory;
  const lines = [
    `directory: ${state}${message ? `: ${message}` : ""}`,
    `authority: ${authority}; people: ${people}; groups: ${groups}; age of the copy: ${ageSeconds ?? "-"} s`,
  ];
  if (coverage)
    lines.push(
      `coverage: ${coverage.known} of ${coverage.total} (${coverage.percent} %), target ${coverage.targetPercent} %`,
    );
  if (lastPass) {
    const { kind, seconds, read, added, changed, removed } = lastPass;
    lines.push(
      `last pass: ${kind} in ${seconds} s; read ${read}, added ${added}, changed ${changed}, removed ${removed}`,
    );
  }
  if (held)
    lines.push(
      `held since ${held.since}, e.g. ${held.examples.join(", ")}; to agree: planb directory <stack> approve-removal`,
    );
  return lines.join("\n");
}

/** Each part in a line, and below all that somebody must look at. */
export function statusText(status: StewardStatus): string {
  const { directory, realm, resources, lists, services } = status;
  const parts = Object.entries({ realm, resources, lists }).flatMap(([name, part]) =>
    part ? [`${name}: ${part.state}${part.message ? `: ${part.message}` : ""}`] : [],
  );
  const seen = services.map(({ service, ok }) => `${service}: ${ok === undefined ? "-" : ok ? "ok" : "failed"}`);
  const problems = stewardProblems(status);
  return [
    ...(directory ? [directoryText(directory)] : []),
    ...parts,
    ...seen,
    ...(problems.length > 0 ? ["", ...problems] : []),
  ].join("\n");
}

function coverageText(coverage: Coverage & { readonly withCode: number }): string {
  const line = (name: string, part: { total: number; known: number; percent: number }): string =>
    `${name}: ${part.known} of ${part.total} (${part.percent} %)`;
  return [
    line("all", coverage),
    ...coverage.groups.map((group) => line(group.name, group)),
    ...coverage.unknownGroups.map((name) => `${name}: no such group`),
    `target: ${coverage.targetPercent} %; activation codes out: ${coverage.withCode}`,
  ].join("\n");
}

function unseverText(report: UnseverReport): string {
  const { adWouldChange: change } = report;
  return [
    `severed since: ${report.severedAt ?? "not severed by an operator"}`,
    `passwords set here meanwhile: ${report.passwordsSetHere.length}${report.passwordsSetHere.map((uid) => `\n  ${uid}`).join("")}`,
    change
      ? `the existing directory would add ${change.added}, change ${change.changed}, take away ${change.takenAway.length}${change.takenAway.map((uid) => `\n  ${uid}`).join("")}`
      : "the existing directory does not answer, so what it would change is not known",
    report.note,
  ].join("\n");
}
