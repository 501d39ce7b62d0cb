import { homedir } from "node:os";
import { join } from "node:path";

/** The checkout. */
export const root = join(import.meta.dirname, "..");

const xdg = (variable: string, ...fallback: string[]): string =>
  join(process.env[variable] || join(homedir(), ...fallback), "planb");

/** What may be deleted and is made again: the built CLI and the bundled plug-ins, each in a folder named by content. */
export const toolchainCache = (): string => join(xdg("XDG_CACHE_HOME", ".cache"), "toolchain");

/** Our own PULUMI_HOME: the plug-ins' launchers where the engine looks for them, and credentials of a `pulumi login`. */
export const pulumiHome = (): string => join(xdg("XDG_DATA_HOME", ".local", "share"), "pulumi");

/** Folder of the log files of slow steps. */
export const logFolder = (): string =>
  process.env["PLANB_LOG_DIR"] || join(xdg("XDG_STATE_HOME", ".local", "state"), "logs");

/** Where stacks' state lies unless the operator chose a backend: git-ignored, in the checkout. */
export const stateFolder = (): string => join(root, ".planb", "state");
