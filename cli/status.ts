import type { DirectoryStatus } from "../model/status.ts";
import { servedCertificates } from "../probes/index.ts";
import { installToolchain } from "../toolchain/index.ts";
import type { Exit } from "./commands.ts";
import { age, bad, bold, dim, good, print, printJson, table } from "./output.ts";
import { awakeProbes } from "./probes.ts";
import { stackOutputs } from "./pulumi.ts";
import { openStack } from "./stack.ts";
import { daysLeft, stewardStatus, type WorkloadStatus, workloadStatus } from "./status-data.ts";
import { problemsOf } from "./status-problems.ts";

/** `planb status`: how a stack is now. 1 when something needs somebody. */
export async function status(name: string, options: { json?: boolean }): Promise<Exit> {
  const stack = await openStack(name);
  const outputs = await stackOutputs(stack.pulumi);
  const workloads = await workloadStatus(outputs);
  const hasSteward = workloads.some((w) => w.name === "steward" && w.state === "running");
  const steward = hasSteward ? await stewardStatus(name) : undefined;
  const told = typeof steward === "object" ? steward : undefined;
  const { pulumi, ours } = await installToolchain(() => undefined);
  const awake = awakeProbes(outputs);
  const { seen: certificates } = await servedCertificates(awake, { address: stack.identity.hostAddress });
  const { kind } = stack.config.edge.certificate;
  const problems = problemsOf({ workloads, steward, certificates, kind });
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
      directory: typeof steward === "string" ? { state: "unknown", message: steward } : told?.directory,
      realm: told?.realm,
      resources: told?.resources,
      lists: told?.lists,
      services: told?.services,
      certificates: certificates.map((one) => ({ ...one, days: daysLeft(one.validTo) })),
      urls,
      pulumi: { cli: pulumi, ours },
    });
  } else {
    print(`${bold(municipality)} (${name}): ${mode}, ${Math.round(used)} MiB in use of ${declared} MiB declared`);
    print();
    print(workloadTable(workloads));
    print();
    if (told?.directory) printDirectory(told.directory);
    const shown = Math.min(...certificates.map(({ validTo }) => daysLeft(validTo)));
    if (certificates.length > 0) print(`Certificate   shown outside (${kind}): ${shown} days left`);
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
  const { authority, state, ageSeconds, people, groups, coverage } = directory;
  const copied = ageSeconds === undefined ? "no copy yet" : `copied ${age(ageSeconds)} ago`;
  const mark = state === "ok" ? good : bad;
  print(`Directory     ${mark(state)}, ${copied}: ${people} people, ${groups} groups, authority ${authority}`);
  if (!coverage) return;
  const goal = coverage.reached ? good(`target ${coverage.targetPercent} %`) : `target ${coverage.targetPercent} %`;
  print(
    `Coverage      ${coverage.percent} % could log in without AD (${coverage.known} of ${coverage.total}), ${goal}`,
  );
  for (const group of coverage.groups)
    print(`              ${group.name}: ${group.percent} % (${group.known} of ${group.total})`);
}
