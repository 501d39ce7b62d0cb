import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { coerce, gte } from "semver";
import { toolchainCache } from "../paths.ts";

/** The oldest Pulumi CLI that planb was tried with; the one that is built where none is installed. */
export const pulumiVersion = "3.259.0";

/** A Pulumi CLI that somebody installed. */
export interface InstalledCli {
  readonly file: string;
  readonly version: string;
  /** Whether Pulumi's own language host for Node lies beside it. */
  readonly hasLanguageHost: boolean;
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first `pulumi` on PATH that is not ours and new enough, if there is one. */
export function officialCli(path: string = process.env["PATH"] ?? ""): InstalledCli | undefined {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, "pulumi");
    if (folder === "" || folder.startsWith(toolchainCache()) || !executable(file)) continue;
    const version = versionOf(file);
    if (version === undefined || !gte(version, pulumiVersion)) continue;
    const beside = dirname(realpathSync(file));
    return { file, version, hasLanguageHost: existsSync(join(beside, "pulumi-language-nodejs")) };
  }
  return undefined;
}

function versionOf(file: string): string | undefined {
  try {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const printed = execFileSync(file, ["version"], { encoding: "utf8", env, timeout: 20_000, stdio: "pipe" });
    return coerce(printed)?.version;
  } catch {
    return undefined;
  }
}
