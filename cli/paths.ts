import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { dataFolder, logsFolder } from "../images/folders.ts";

/** The checkout. */
export const root = join(import.meta.dirname, "..");

/** A file for the whole output of a slow step, `$XDG_STATE_HOME/planb/logs/<name>.log`. */
export function logFile(name: string): string {
  mkdirSync(logsFolder(), { recursive: true });
  return join(logsFolder(), `${name}.log`);
}

/** What a stack keeps on this machine outside the checkout, for its operator only: `$XDG_DATA_HOME/planb/stacks/<stack>`. */
export function stackFolder(stack: string): string {
  const folder = join(dataFolder(), "stacks", stack);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
