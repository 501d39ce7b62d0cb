import { mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleFolder } from "./bundle.ts";
import { builtCliFolder } from "./cli/build.ts";
import { type InstalledCli, officialCli } from "./cli/official.ts";
import { bundleVariable } from "./launchers.ts";
import { pulumiHome, stateFolder, toolchainCache } from "./paths.ts";

/** Folder of the language host's launcher for an official CLI that has none beside it. */
export const hostFolder = (): string => join(toolchainCache(), "host", "bin");

let official: { readonly cli: InstalledCli | undefined } | undefined;

/** The official CLI, looked for once a run. */
export const chosenCli = (): InstalledCli | undefined => {
  official ??= { cli: officialCli() };
  return official.cli;
};

/** Folders that come first on PATH, the CLI's at the front. */
function pathFolders(): string[] {
  const cli = chosenCli();
  if (cli === undefined) return [join(builtCliFolder(), "bin")];
  return cli.hasLanguageHost ? [dirname(cli.file)] : [dirname(cli.file), hostFolder()];
}

/**
 * Variables in which plain `pulumi preview | up | refresh | destroy | stack | config | import` work in the checkout: what
 * `planb env` prints. Installs nothing, see `installToolchain`. State lies in the checkout's git-ignored `.planb/state`
 * unless the operator set PULUMI_BACKEND_URL. The passphrase is not among them.
 */
export function pulumiEnvironment(): Record<string, string> {
  const first = pathFolders();
  const rest = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !first.includes(folder));
  return {
    PATH: [...first, ...rest].join(delimiter),
    PULUMI_HOME: pulumiHome(),
    PULUMI_BACKEND_URL: process.env["PULUMI_BACKEND_URL"] || stateUrl(),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    [bundleVariable]: bundleFolder(),
  };
}

function stateUrl(): string {
  mkdirSync(stateFolder(), { recursive: true, mode: 0o700 });
  return pathToFileURL(stateFolder()).href;
}
