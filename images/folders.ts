import { homedir } from "node:os";
import { join } from "node:path";

const xdg = (variable: string, ...fallback: string[]): string =>
  join(process.env[variable] || join(homedir(), ...fallback), "planb");

/** What may be deleted and is made again, `$XDG_CACHE_HOME/planb`. */
export const cacheFolder = (): string => xdg("XDG_CACHE_HOME", ".cache");

/** What this machine keeps outside the checkout, `$XDG_DATA_HOME/planb`. */
export const dataFolder = (): string => xdg("XDG_DATA_HOME", ".local", "share");

/** Whole outputs of slow steps, `$XDG_STATE_HOME/planb/logs`; the launcher names it in `PLANB_LOG_DIR`. */
export const logsFolder = (): string =>
  process.env["PLANB_LOG_DIR"] || join(xdg("XDG_STATE_HOME", ".local", "state"), "logs");
