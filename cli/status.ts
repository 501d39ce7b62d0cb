import { installToolchain } from "../toolchain/index.ts";
import type { Exit } from "./commands.ts";
import { age, bad, bold, dim, good, print, printJson, table } from "./output.ts";
import { stackOutputs } from "./pulumi.ts";
import { openStack } from "./stack.ts";
import { type DirectoryStatus, directoryStatus, type WorkloadStatus, workloadStatus } from "./status-data.ts";

/** Certificates are renewed by `up` when a third of their life is left; below this somebody forgot. */
const fewDays = 14;

/** What somebody must look at; empty when all is well. */
export function problemsOf(
  workloads: readonly WorkloadStatus[],
  directory: DirectoryStatus | string | undefined,
): string[] {
  const problems = workloads.flatMap(({ name, state, health, certificateDays }) => {
    if (state === "asleep") return [];
    if (state !== "running") return [`${name}: ${state}; start it with up, or look at its logs`];
    if (health === "unhealthy") return [`${name}: its own health check fails; look at its logs`];
    if (certificateDays !== undefined && certificateDays < fewDays) {
      return [`${name}: its certificate is valid for ${certificateDays} days only; up renews it`];
    }
    return [];
  });
  if (typeof directory === "string") problems.push(`directory: ${directory}`);
  else if (directory?.state !== undefined && ["held", "unreachable"].includes(directory.state)) {
    problems.push(`directory: ${directory.message ?? directory.state}`);
  }
  return problems;
}

/** `planb status`: how a stack is now. 1 when something needs somebody. */
export async function status(name: string, options: { json?: boolean }): Promise<Exit> {
  const stack = await openStack(name);
  const outputs = await stackOutputs(stack.pulumi);
  const workloads = await workloadStatus(outputs);
  const hasSteward = workloads.some((w) => w.name === "steward" && w.state === "running");
  const directory = hasSteward ? await directoryStatus(name) : undefined;
  const { pulumi, ours } = await installToolchain(() => undefined);
  const problems = problemsOf(workloads, directory);
  const used = workloads.reduce((sum, w) => sum + (w.memoryMiB ?? 0), 0);
  const declared = workloads.reduce((sum, w) => sum + (w.state === "asleep" ? 0 : w.declaredMiB), 0);
  const { municipality, mode, urls } = outputs;
  if (options.json) {
    printJson({
      stack: name,
      municipality,
      mode,
      ok: problems.length === 0,
      problems,
      memoryMiB: Math.round(used),
      declaredMiB: declared,
      workloads,
      directory: typeof directory === "string" ? { state: "unknown", message: directory } : directory,
      urls,
      pulumi: { cli: pulumi, ours },
    });
  } else {
    print(`${bold(municipality)} (${name}): ${mode}, ${Math.round(used)} MiB in use of ${declared} MiB declared`);
    print();
    print(workloadTable(workloads));
    print();
    if (typeof directory === "object") printDirectory(directory);
    print(`Pulumi        ${pulumi}${ours.length === 0 ? "" : `; planb's own: ${ours.join(", ")}`}`);
    if (workloads.some((w) => w.imageOutdated)) print(`Images        some have changed; ./planb up ${name} takes them`);
    print(problems.length === 0 ? good("\nnothing needs you") : bad(`\n${problems.join("\n")}`));
  }
  return problems.length === 0 ? 0 : 1;
}

function workloadTable(workloads: readonly WorkloadStatus[]): string {
  const rows = workloads.map((w) => [
    w.name,
    w.state === "asleep" ? dim("asleep") : w.state === "running" ? stateText(w.health) : bad(w.state),
    w.memoryMiB === undefined ? "" : `${w.memoryMiB.toFixed(0)} of ${w.declaredMiB}`,
    w.restarts,
    w.startedAt === undefined ? "" : age((Date.now() - Date.parse(w.startedAt)) / 1000),
    w.certificateDays === undefined ? "" : `${w.certificateDays} days`,
    w.image === undefined ? "" : `${w.image}${w.imageOutdated ? " (changed)" : ""}`,
  ]);
  return table(["workload", "state", "MiB", "restarts", "up for", "certificate", "image"], rows);
}

const stateText = (health: string): string =>
  health === "healthy" ? good("healthy") : health === "none" ? "running" : bad(health);

function printDirectory(directory: DirectoryStatus): void {
  const { authority, state, ageSeconds, people, groups, coverage, message, rooms } = directory;
  const copied = ageSeconds === undefined || ageSeconds === null ? "no copy yet" : `copied ${age(ageSeconds)} ago`;
  const mark = state === "ok" ? good : bad;
  print(
    `Directory     ${mark(state ?? "unknown")}, ${copied}: ${people ?? 0} people, ${groups ?? 0} groups, authority ${authority ?? "ad"}`,
  );
  if (message) print(`              ${bad(message)}`);
  for (const line of rooms ?? []) print(`Rooms         ${bad(line)}`);
  if (!coverage) return;
  const goal = coverage.reached ? good(`target ${coverage.targetPercent} %`) : `target ${coverage.targetPercent} %`;
  print(
    `Coverage      ${coverage.percent} % could log in without AD (${coverage.known} of ${coverage.total}), ${goal}`,
  );
  for (const group of coverage.groups)
    print(`              ${group.name}: ${group.percent} % (${group.known} of ${group.total})`);
}
