import { existsSync } from "node:fs";
import { join } from "node:path";
import { sections } from "../components/index.ts";
import { checkStackName, loadStack, stacksFolder } from "../config/index.ts";
import { pulumiEnvironment } from "../toolchain/env.ts";
import type { Exit } from "./commands.ts";
import { print, remark } from "./output.ts";
import { root, stackFolder } from "./paths.ts";
import { runSteps } from "./steps.ts";
import { imagesStep, toolchainStep } from "./toolchain.ts";

/** Quotes a value for a POSIX shell. */
export const shellQuote = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;

/** `planb env`: CLI and images built once, then lines for `eval`; only those go to stdout. */
export async function env(stack: string | undefined): Promise<Exit> {
  const kept = stack === undefined ? undefined : join(stackFolder(checkStackName(stack)), "passphrase");
  const config = stack === undefined ? undefined : (await loadStack(stack, sections)).config;
  await runSteps([toolchainStep, imagesStep(config)]);
  const variables: Record<string, string> = { ...pulumiEnvironment() };
  if (kept !== undefined && existsSync(kept)) variables["PULUMI_CONFIG_PASSPHRASE_FILE"] = kept;
  for (const [name, value] of Object.entries(variables)) print(`export ${name}=${shellQuote(value)}`);
  remark(`plain pulumi works in this shell now, in ${root}: pulumi preview --stack ${stack ?? "<stack>"}`);
  if (variables["PULUMI_CONFIG_PASSPHRASE_FILE"] === undefined && !process.env["PULUMI_CONFIG_PASSPHRASE_FILE"]) {
    remark("the passphrase: set PULUMI_CONFIG_PASSPHRASE_FILE, or PULUMI_CONFIG_PASSPHRASE, or be asked for it");
  }
  if (process.env["PLANB_STACKS_DIR"] !== undefined) {
    remark(
      `stack files elsewhere: give commands --config-file ${join(stacksFolder(), `Pulumi.${stack ?? "<stack>"}.yaml`)}`,
    );
  }
  return 0;
}
