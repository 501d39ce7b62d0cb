import { expiredCertificate } from "../components/index.ts";
import { UserError } from "../model/errors.ts";
import type { StackOutputs } from "../model/outputs.ts";
import type { ProbeResult } from "../model/probe.ts";
import { stackContainers } from "../platform/docker/operate.ts";
import { confirm } from "./ask.ts";
import type { Exit } from "./commands.ts";
import { prepareStack, requireSecrets } from "./init.ts";
import { loginHelp, loginHelpText } from "./login-help.ts";
import { mendStack } from "./mend.ts";
import { bad, dim, good, print, printJson, remark, seconds, table } from "./output.ts";
import { awakeProbes, probeTable, probeUntilGreen } from "./probes.ts";
import { stackOutputs } from "./pulumi.ts";
import { type OpenStack, openStack } from "./stack.ts";
import { runSteps, type Step } from "./steps.ts";
import { imagesStep, toolchainStep } from "./toolchain.ts";

/** Reads a number of seconds given as an option. */
export function secondsOption(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new UserError(`${flag}: expected a number of seconds, got "${text}"`);
}

/** `planb up`: everything a stack needs, from nothing; done already, it changes nothing. */
export async function up(name: string, options: { yes?: boolean; timeout: string; json?: boolean }): Promise<Exit> {
  const timeout = secondsOption("--timeout", options.timeout);
  const begin = performance.now();
  // The file is checked, and the passphrase asked for, before anything takes long.
  const stack = await openStack(name);
  requireSecrets(stack);
  const expired = expiredCertificate(name, stack.config.edge.certificate);
  if (expired !== undefined) remark(bad(expired));
  if (!stack.demo && !(await confirm(`Change the stack ${name} as its stack file says?`, options.yes))) return 1;
  const { outputs, results, steps } = await bringUp(stack, timeout);
  const total = (performance.now() - begin) / 1000;
  const help = loginHelp(stack, outputs);
  const red = results.filter((result) => !result.ok);
  if (options.json) {
    printJson({
      stack: name,
      mode: outputs.mode,
      ok: red.length === 0,
      seconds: total,
      steps,
      probes: results,
      ...help,
    });
    return red.length === 0 ? 0 : 1;
  }
  print();
  print(await overview(outputs, results));
  print();
  if (red.length > 0) {
    print(probeTable(outputs, red));
    print(
      `\n${bad(`${red.length} of ${results.length} probes failed`)} after ${seconds(total)}; look at: ./planb logs ${name} <workload>`,
    );
    if (expired !== undefined) print(bad(expired));
    return 1;
  }
  if (outputs.mode === "dormant") {
    print(
      `${outputs.municipality} is dormant: nothing runs, its data is kept. Wake it with: ./planb mode ${name} active`,
    );
    return 0;
  }
  print(loginHelpText(stack, help));
  print(`\n${outputs.municipality} is ${outputs.mode}: ${results.length} probes green, ${seconds(total)} in all`);
  return 0;
}

/** The steps from a checked stack file to probes that are tried; shared by `up` and `mode`. */
export async function bringUp(
  stack: OpenStack,
  timeout: number,
): Promise<{
  outputs: StackOutputs;
  results: readonly ProbeResult[];
  steps: readonly { title: string; seconds: number }[];
}> {
  let outputs: StackOutputs | undefined;
  let results: readonly ProbeResult[] = [];
  const steps: Step[] = [
    toolchainStep,
    imagesStep(stack.config),
    { title: "secrets", run: () => prepareStack(stack) },
    { title: "left by an earlier run", run: async (tell) => (await mendStack(stack, tell)) ?? "nothing" },
    {
      title: "pulumi up",
      run: async (tell) => {
        await stack.pulumi.follow(tell, "up", "--yes", "--skip-preview");
        outputs = await stackOutputs(stack.pulumi);
        const awake = outputs.workloads.filter((w) => !w.asleep).length;
        return `${awake} of ${outputs.workloads.length} workloads run`;
      },
    },
    {
      title: "probes",
      run: async (tell) => {
        if (outputs === undefined) throw new Error("the outputs are read in the step before");
        const onRound = (red: readonly ProbeResult[]) => tell(`waiting for ${red.map((r) => r.probe).join(", ")}`);
        const probes = awakeProbes(outputs);
        results = await probeUntilGreen(outputs, stack.identity, probes, { seconds: timeout, onRound });
        return `${results.filter((r) => r.ok).length} of ${results.length} green`;
      },
    },
  ];
  const times = await runSteps(steps).catch((error: unknown) => {
    if (error instanceof UserError) remark("");
    throw error;
  });
  if (outputs === undefined) throw new Error("pulumi up told no outputs");
  return { outputs, results, steps: times };
}

/** What, where, state, seconds: a line for each workload. */
async function overview(outputs: StackOutputs, results: readonly ProbeResult[]): Promise<string> {
  const containers = outputs.platform === "docker" ? await stackContainers(outputs.stack) : [];
  const rows = outputs.workloads.map(({ name, service, asleep }) => {
    const container = containers.find((c) => c.workload === name);
    const probes = results.filter((result) => result.service === service);
    const red = probes.filter((result) => !result.ok);
    const slowest = Math.max(...probes.map((result) => result.ms));
    const state = asleep
      ? dim("asleep")
      : container === undefined
        ? bad("missing")
        : red.length > 0
          ? bad("failed")
          : container.health === "healthy"
            ? good("healthy")
            : container.health;
    const where = outputs.urls[service] ?? "inside";
    return [name, where, state, probes.length === 0 ? "" : `${(slowest / 1000).toFixed(1)} s`];
  });
  return table(["what", "where", "state", "slowest probe"], rows);
}
