import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

/** A program and all that its SDK is told about the update. */
export interface Program {
  /** Address of the engine. */
  readonly engine: string;
  /** Address of the resource monitor. */
  readonly monitor: string;
  readonly project: string;
  readonly stack: string;
  readonly organization: string;
  /** Folder of Pulumi.yaml. */
  readonly rootDirectory: string;
  /** Working directory of the program. */
  readonly directory: string;
  /** Entry point in it, or "." for what package.json says. */
  readonly entryPoint: string;
  readonly arguments: readonly string[];
  readonly config: Readonly<Record<string, string>>;
  readonly configSecretKeys: readonly string[];
  readonly dryRun: boolean;
  readonly parallel: number;
  /** `runtime.options` of Pulumi.yaml. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** How a program ended. */
export interface Outcome {
  /** What to report; empty when all went well or it has been reported. */
  readonly error: string;
  /** Whether the program has told the user itself why it failed. */
  readonly bail: boolean;
}

/** The SDK's exit code for "it failed, and the user has been told why". */
const alreadyReported = 32;

/** Runs a Node.js program under the SDK's own entry point, as Pulumi's language host does. */
export async function runProgram(program: Program, signal: AbortSignal): Promise<Outcome> {
  let entry: string;
  try {
    entry = createRequire(join(program.directory, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    return { error: `${program.directory}: @pulumi/pulumi is not installed here; run npm ci`, bail: false };
  }
  const args = [...nodeArguments(program.options), entry, ...programArguments(program)];
  const child = spawn(process.execPath, args, {
    cwd: program.directory,
    env: environment(program),
    stdio: ["ignore", "inherit", "inherit"],
    signal,
  });
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ error: `the program could not be run: ${error.message}`, bail: false }));
    child.on("close", (code, killed) => {
      if (code === 0) return resolve({ error: "", bail: false });
      if (code === alreadyReported) return resolve({ error: "", bail: true });
      const how = killed === null ? `non-zero exit code: ${code}` : `signal ${killed}`;
      resolve({ error: `Program exited with ${how}`, bail: false });
    });
  });
}

/** Arguments of Node itself, from the runtime option `nodeargs`: words divided by spaces, quotes keep them together. */
export function nodeArguments(options: Readonly<Record<string, unknown>>): string[] {
  const words = String(options["nodeargs"] ?? "").match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

function programArguments(program: Program): string[] {
  return [
    `--monitor=${program.monitor}`,
    `--engine=${program.engine}`,
    `--organization=${program.organization}`,
    `--project=${program.project}`,
    `--root-directory=${program.rootDirectory}`,
    `--stack=${program.stack}`,
    `--pwd=${program.directory}`,
    ...(program.dryRun ? ["--dry-run"] : []),
    `--parallel=${program.parallel}`,
    program.entryPoint,
    ...program.arguments,
  ];
}

function environment(program: Program): NodeJS.ProcessEnv {
  const { options } = program;
  const tsconfig = options["tsconfig"];
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(program.config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(program.configSecretKeys),
    // As in Pulumi's own host: TypeScript through the SDK's ts-node unless a project says otherwise.
    PULUMI_NODEJS_TYPESCRIPT: String((options["typescript"] ?? true) === true || options["typescript"] === "true"),
    ...(typeof tsconfig === "string" ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
  };
}
