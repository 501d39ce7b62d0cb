import { UserError } from "../model/errors.ts";

/** Whether somebody can answer. */
export const interactive = (): boolean =>
  process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env["CI"];

/**
 * Asks a yes-or-no question; no is the default.
 *
 * @param agreed answered beforehand by `--yes`
 * @throws UserError when nobody is there to answer
 */
export async function confirm(message: string, agreed: boolean | undefined): Promise<boolean> {
  if (agreed) return true;
  if (!interactive()) throw new UserError(`${message}\nNobody to ask here: repeat with --yes to agree.`);
  const prompts = await import("@inquirer/prompts");
  return prompts.confirm({ message, default: false }, { output: process.stderr });
}

/**
 * Asks for one line of text.
 *
 * @param flag what to name where nobody can answer, e.g. "--domain"
 * @param check returns true, or what is wrong with the answer
 * @throws UserError when nobody is there to answer
 */
export async function askText(
  message: string,
  flag: string,
  check: (value: string) => true | string,
  fallback?: string,
): Promise<string> {
  if (!interactive()) throw new UserError(`${message}: give it with ${flag}`);
  const prompts = await import("@inquirer/prompts");
  return prompts.input({ message, validate: check, ...(fallback === undefined ? {} : { default: fallback }) });
}

/** Asks for a secret without showing it. */
export async function askSecret(message: string, instead: string): Promise<string> {
  if (!interactive()) throw new UserError(`${message}: nobody to ask here; ${instead}`);
  const prompts = await import("@inquirer/prompts");
  return prompts.password({ message, mask: true }, { output: process.stderr });
}
