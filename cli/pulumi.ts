import { appendFileSync, createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { stacksFolder } from "../config/index.ts";
import { UserError } from "../model/errors.ts";
import type { StackOutputs } from "../model/outputs.ts";
import { stackThings } from "../platform/docker/operate.ts";
import { pulumiEnvironment } from "../toolchain/env.ts";
import { passphrase } from "./keys.ts";
import { dropStaleLocks } from "./locks.ts";
import { whyNoOutputs } from "./no-outputs.ts";
import { logFile, root } from "./paths.ts";
import { progressOf, reasonOf } from "./progress.ts";
import type { Tell } from "./steps.ts";

/** Pulumi for one stack: the CLI in the environment that `planb env` prints, its whole output in a log file. */
export interface StackPulumi {
  readonly stack: string;
  /** File of Pulumi's own settings for the stack, with the encrypted secrets. */
  readonly configFile: string;
  /** Runs a command and returns what it printed. */
  read(...args: readonly string[]): Promise<string>;
  /** As {@link read}, with other variables than the operator's, for a preview of what is not decided yet. */
  readWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string>;
  /** Runs a command with text on its standard input. */
  write(input: string, ...args: readonly string[]): Promise<void>;
  /** Runs a long command, telling resource by resource. */
  follow(tell: Tell, ...args: readonly string[]): Promise<void>;
  /** Whether the backend knows the stack. */
  exists(): Promise<boolean>;
  /** Makes the stack in the backend. */
  create(): Promise<void>;
  /** Takes away the locks of killed updates. Returns how many. */
  unlock(): number;
}

/** The commands that read or write a stack's settings know the flag --config-file; the others refuse it. */
const takesConfigFile = new Set(["up", "preview", "destroy", "refresh", "config"]);

/**
 * Opens a stack for Pulumi.
 *
 * @param demo whether a passphrase may be made and kept for it
 */
export async function openPulumi(stack: string, demo: boolean): Promise<StackPulumi> {
  const env = { ...pulumiEnvironment(), ...(await passphrase(stack, demo)) };
  const projectsFile = join(root, "stacks", `Pulumi.${stack}.yaml`);
  const configFile = join(stacksFolder(), `Pulumi.${stack}.yaml`);
  const elsewhere = configFile !== projectsFile;
  const log = logFile(`pulumi-${stack}`);
  const spawn = (args: readonly string[], input?: string, extra: Readonly<Record<string, string>> = {}) => {
    const file = elsewhere && takesConfigFile.has(args[0] ?? "") ? ["--config-file", configFile] : [];
    const common = ["--stack", stack, "--non-interactive", ...file];
    const stdin = input === undefined ? ({ stdin: "ignore" } as const) : { input };
    return execa("pulumi", [...args, ...common], { cwd: root, env: { ...env, ...extra }, reject: false, ...stdin });
  };
  const fail = (
    args: readonly string[],
    run: { code?: string | undefined; signal?: string | undefined },
    output: string,
  ): never => {
    if (run.code === "ENOENT") {
      throw new UserError(`the Pulumi CLI is not built on this machine yet; build it with: ./planb env`);
    }
    if (run.signal !== undefined) {
      throw new UserError(`pulumi ${args[0]} was killed (${run.signal}); the next up looks after what it left`);
    }
    throw new UserError(`${reasonOf(output)}\npulumi ${args[0]} failed; the whole output: ${log}`);
  };
  const note = (args: readonly string[], output: string) => {
    // At once: the command may end before a stream has written.
    appendFileSync(log, `\n== pulumi ${args.join(" ")}, ${new Date().toISOString()}\n${output}\n`);
  };
  const read = async (args: readonly string[], input?: string, extra?: Readonly<Record<string, string>>) => {
    const run = await spawn(args, input, extra);
    if (run.exitCode === 0) return run.stdout;
    const output = `${run.stdout ?? ""}\n${run.stderr ?? ""}`;
    note(args, output);
    return fail(args, run, output);
  };
  return {
    stack,
    configFile,
    read: (...args) => read(args),
    readWith: (extra, ...args) => read(args, undefined, extra),
    async write(input, ...args) {
      await read(args, input);
    },
    async follow(tell, ...args) {
      const file = createWriteStream(log, { flags: "a" });
      file.write(`\n== pulumi ${args.join(" ")}, ${new Date().toISOString()}\n`);
      const run = spawn([...args, "--color", "never"]);
      const lines: string[] = [];
      const listen = async (stream: NodeJS.ReadableStream) => {
        for await (const line of createInterface({ input: stream })) {
          lines.push(line);
          file.write(`${line}\n`);
          const words = progressOf(line);
          if (words !== undefined) tell(words);
        }
      };
      const [result] = await Promise.all([run, listen(run.stdout), listen(run.stderr)]);
      file.end();
      if (result.exitCode !== 0) fail(args, result, lines.join("\n"));
    },
    async exists() {
      const run = await execa("pulumi", ["stack", "ls", "--json", "--non-interactive"], {
        cwd: root,
        env,
        reject: false,
        stdin: "ignore",
      });
      if (run.exitCode !== 0) return fail(["stack ls"], run, `${run.stdout ?? ""}\n${run.stderr ?? ""}`);
      const known = JSON.parse(run.stdout) as { name: string }[];
      return known.some(({ name }) => name === stack || name.endsWith(`/${stack}`));
    },
    async create() {
      const before = existsSync(projectsFile);
      await read(["stack", "init", "--no-select"]);
      // Pulumi writes a new stack's settings into the project; they belong beside the stack file.
      if (!elsewhere || before || !existsSync(projectsFile)) return;
      if (existsSync(configFile)) rmSync(projectsFile);
      else renameSync(projectsFile, configFile);
    },
    unlock: () => dropStaleLocks(process.env["PULUMI_BACKEND_URL"] || env["PULUMI_BACKEND_URL"], stack),
  };
}

/**
 * What the stack exported at its last `up`.
 *
 * @throws UserError when it is not up, or its state is elsewhere
 */
export async function stackOutputs(pulumi: StackPulumi): Promise<StackOutputs> {
  const known = await pulumi.exists();
  const outputs = known
    ? (JSON.parse(await pulumi.read("stack", "output", "--json", "--show-secrets")) as Partial<StackOutputs>)
    : {};
  if (outputs.stack === undefined) {
    const backend = pulumiEnvironment()["PULUMI_BACKEND_URL"] ?? "";
    throw new UserError(whyNoOutputs(pulumi.stack, known, backend, await stackThings(pulumi.stack)));
  }
  return { secrets: {}, probes: [], urls: {}, workloads: [], ...outputs } as StackOutputs;
}
