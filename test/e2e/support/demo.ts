import { execa } from "execa";
import { stackOutputs } from "../../../cli/pulumi.ts";
import { openStack } from "../../../cli/stack.ts";
import type { StackOutputs } from "../../../model/index.ts";
import { type LoginSeen, login, type ProbeContext } from "../../../probes/index.ts";
import { engineOf, eventually } from "./engine.ts";
import { root } from "./root.ts";

/** A running stack as the stories see it. */
export interface RunningStack {
  readonly name: string;
  readonly outputs: StackOutputs;
  readonly engine: ReturnType<typeof engineOf>;
  /** Public address of the start page. */
  readonly start: string;
  readonly login: string;
  /** Public address of a service, by the first part of its name. */
  readonly origin: (host: string) => string;
  readonly context: ProbeContext;
}

/** Opens a stack that is up. */
export async function openRunning(name = "demo"): Promise<RunningStack> {
  const { pulumi, identity } = await openStack(name);
  const outputs = await stackOutputs(pulumi);
  return {
    name,
    outputs,
    engine: engineOf(name),
    start: identity.origin("start"),
    login: identity.origin("login"),
    origin: identity.origin,
    context: { caPem: outputs.caPem, address: identity.hostAddress, secrets: outputs.secrets },
  };
}

/** Runs `./planb` as an operator does. */
export async function planb(...args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const run = await execa(`${root}/planb`, [...args], { cwd: root, reject: false, stdin: "ignore" });
  return { exitCode: run.exitCode ?? 1, stdout: run.stdout, stderr: run.stderr };
}

/** Runs a command of the steward; a failure throws what it printed. */
export async function steward(stack: RunningStack, ...verb: readonly string[]): Promise<string> {
  const run = await stack.engine.exec("steward", ["steward", ...verb]);
  if (run.code !== 0) throw new Error(`steward ${verb.join(" ")}: ${run.stdout}\n${run.stderr}`);
  return run.stdout.trimEnd();
}

export { eventually, type LoginSeen, login };
