import { randomBytes } from "node:crypto";
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stacksFolder } from "../config/index.ts";
import { UserError } from "../model/errors.ts";
import { askSecret } from "./ask.ts";
import { stackFolder } from "./paths.ts";

/** A fresh secret of 32 random bytes, base64url. */
export const freshSecret = (): string => randomBytes(32).toString("base64url");

/** Writes a secret file once, readable by its owner only; two runs at once get the same content. */
function keepOnce(file: string, content: string): void {
  if (existsSync(file)) return;
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${content}\n`, { mode: 0o600 });
  try {
    linkSync(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}

const note = "Made by planb for a demo stack, on this machine alone. Never use them for a real municipality.\n";

/** The master secret of a demo stack, made on its first use and kept outside the checkout. */
export function demoMaster(stack: string): string {
  const folder = stackFolder(stack);
  writeFileSync(join(folder, "README.txt"), note);
  keepOnce(join(folder, "master"), freshSecret());
  return readFileSync(join(folder, "master"), "utf8").trim();
}

/**
 * What tells Pulumi the passphrase of a stack's secrets: the operator's own variable or file, else the file of a demo
 * stack, else a question. Never stored for a real stack.
 *
 * @returns variables for Pulumi's environment; the other of the two is emptied
 * @throws UserError when there is no passphrase and nobody to ask
 */
export async function passphrase(stack: string, demo: boolean): Promise<Record<string, string>> {
  const { PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE } = process.env;
  if (PULUMI_CONFIG_PASSPHRASE_FILE) return { PULUMI_CONFIG_PASSPHRASE_FILE };
  if (PULUMI_CONFIG_PASSPHRASE !== undefined) return { PULUMI_CONFIG_PASSPHRASE };
  const file = join(stackFolder(stack), "passphrase");
  if (demo) keepOnce(file, freshSecret());
  if (existsSync(file)) return { PULUMI_CONFIG_PASSPHRASE_FILE: file };
  const answer = await askSecret(
    `Passphrase of the stack ${stack}`,
    "set PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it, or PULUMI_CONFIG_PASSPHRASE",
  );
  if (answer === "") throw new UserError(`Passphrase of the stack ${stack}: it must not be empty`);
  // A new passphrase with a slip in it would lock its own secrets away.
  if (!existsSync(join(stacksFolder(), `Pulumi.${stack}.yaml`)) && (await askSecret("Once more", "")) !== answer) {
    throw new UserError(`Passphrase of the stack ${stack}: the two differ; nothing was made`);
  }
  process.env["PULUMI_CONFIG_PASSPHRASE"] = answer;
  return { PULUMI_CONFIG_PASSPHRASE: answer };
}

/** Forgets what was kept for a stack whose data was deleted. */
export const forgetKeys = (stack: string): void => rmSync(stackFolder(stack), { recursive: true, force: true });
