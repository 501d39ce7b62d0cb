import { existsSync } from "node:fs";
import { giveCommand, givenSecrets } from "../components/index.ts";
import { UserError } from "../model/errors.ts";
import { masterMark } from "../model/index.ts";
import { refuseOtherMaster } from "../platform/docker/operate.ts";
import { askSecret, confirm, interactive } from "./ask.ts";
import type { Exit } from "./commands.ts";
import { demoMaster, freshSecret } from "./keys.ts";
import { print, remark } from "./output.ts";
import { recover } from "./recover.ts";
import { type OpenStack, openStack } from "./stack.ts";
import { runSteps } from "./steps.ts";
import { toolchainStep } from "./toolchain.ts";

/** The master secret in the stack's settings. */
async function masterOf({ pulumi }: OpenStack): Promise<string | undefined> {
  if (!existsSync(pulumi.configFile)) return undefined;
  const text = await pulumi.read("config", "--json", "--show-secrets");
  return (JSON.parse(text) as Record<string, { value?: string }>)["planb:master"]?.value;
}

/** Refuses a real stack whose secrets were never made. */
export function requireSecrets({ name, demo, pulumi }: OpenStack): void {
  if (demo || existsSync(pulumi.configFile)) return;
  throw new UserError(
    `${pulumi.configFile}: no such file: the stack ${name} has no secrets yet\nMake them once with: ./planb init ${name}`,
  );
}

/**
 * Makes what a stack needs before its first `up`: its place in the backend and, for a demo, the master. Done already,
 * it does nothing.
 *
 * @throws UserError for a real stack without a master, naming the command that makes it, and for data that was made with
 *   another one
 */
export async function prepareStack(stack: OpenStack): Promise<string | undefined> {
  requireSecrets(stack);
  const { pulumi, name, demo, config } = stack;
  if (!(await pulumi.exists())) await pulumi.create();
  const made = await masterOf(stack);
  if (made === undefined && !demo) {
    throw new UserError(`${pulumi.configFile}: planb:master is missing\nMake it once with: ./planb init ${name}`);
  }
  const master = made ?? demoMaster(name);
  // The program refuses it as well; here nothing that runs has been looked after yet.
  if (config.platform === "docker") await refuseOtherMaster(name, masterMark(master));
  if (made !== undefined) return undefined;
  await pulumi.write(master, "config", "set", "--secret", "planb:master");
  return "demo keys, kept on this machine outside the checkout";
}

/** Options of `planb init`. */
export interface InitOptions {
  readonly yes?: boolean;
  /** Take the master from the sheet in the safe, see {@link recover}. */
  readonly recover?: boolean;
  /** A file with that master. Default: asked for. */
  readonly masterFile?: string;
}

/** `planb init`: makes a real stack's master secret and its encrypted settings. */
export async function init(name: string, options: InitOptions): Promise<Exit> {
  await runSteps([toolchainStep]);
  if (options.recover || options.masterFile !== undefined) return initAgain(name, options);
  const stack = await openStack(name);
  const { pulumi, demo } = stack;
  if (!demo) {
    remark(
      `The passphrase encrypts the secrets of ${name}. Without it, and without the master on paper, they are lost:\n` +
        "keep both in a safe, apart from this machine.",
    );
    if (!(await confirm(`Make the secrets of the stack ${name}?`, options.yes))) return 1;
  }
  if (!(await pulumi.exists())) await pulumi.create();
  if ((await masterOf(stack)) !== undefined) {
    print(`${name}: there is a master already; nothing was changed`);
    return 0;
  }
  const master = demo ? demoMaster(name) : freshSecret();
  await pulumi.write(master, "config", "set", "--secret", "planb:master");
  print(`${name}: secrets made, encrypted in ${pulumi.configFile}`);
  if (demo) return 0;
  for (const line of await takeGiven(stack)) print(line);
  print(`Next: print the sheet for the safe with: ./planb secret ${name} print`);
  return 0;
}

/** The stack's secrets made anew from the master on paper, and what to do next. */
async function initAgain(name: string, options: InitOptions): Promise<Exit> {
  const stack = await recover(name, options);
  if (stack === undefined) return 1;
  print(`${name}: secrets made anew from the master, encrypted in ${stack.pulumi.configFile}`);
  for (const line of await takeGiven(stack)) print(line);
  print(
    `Next: ./planb down ${name} stops what runs and keeps the data; ./planb up ${name} takes it over.\n` +
      "Write the new passphrase on the sheet in the safe.",
  );
  return 0;
}

/**
 * Asks for a password where somebody can answer; what is left is told as a command.
 *
 * @returns lines for the operator
 */
async function takeGiven({ name, config, pulumi }: OpenStack): Promise<string[]> {
  const lines: string[] = [];
  for (const secret of givenSecrets(config)) {
    const value = secret.oneLine && interactive() ? await askSecret(`${secret.what} (empty: later)`, "") : "";
    if (value !== "") await pulumi.write(value, "config", "set", "--secret", `planb:${secret.name}`);
    else lines.push(`${secret.what}: ${giveCommand(secret, name)}`);
  }
  if (lines.length > 0) lines.unshift(`Still to be given, in a shell of eval "$(./planb env ${name})":`);
  return lines;
}
