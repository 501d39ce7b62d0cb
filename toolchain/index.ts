import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundlePlugins } from "./bundle.ts";
import { buildCli } from "./cli/build.ts";
import { pulumiVersion } from "./cli/official.ts";
import { chosenCli, hostFolder, pulumiEnvironment } from "./env.ts";
import { installPlugin, ownPlugins, writeLauncher } from "./launchers.ts";
import { releaseDeadLocks } from "./plugin/locks.ts";

/** What `pulumi` runs with. */
export interface Toolchain {
  /** Version and origin of the CLI, e.g. `3.259.0, built from the Go module proxy`. */
  readonly pulumi: string;
  /** The parts that are planb's own and not Pulumi's. */
  readonly ours: readonly string[];
}

/**
 * Brings the machine to where `pulumi` works in the environment of `pulumiEnvironment()`: the CLI, its language host and the
 * provider plug-ins. Official ones are used where installed. Locks that killed runs left on stacks go. Quick when all is done; two runs at once do no harm.
 *
 * @param tell hears what is being done
 * @throws UserError when the CLI is not installed and cannot be built
 */
export async function installToolchain(tell: (words: string) => void): Promise<Toolchain> {
  const bundle = await bundlePlugins();
  const ours: string[] = [];
  const official = chosenCli();
  if (official === undefined || !official.hasLanguageHost) {
    const bin = official === undefined ? join(await buildCli(tell), "bin") : hostFolder();
    writeLauncher(join(bin, "pulumi-language-nodejs"), "language-nodejs", bundle);
    keepNotice(bin, bundle);
    ours.push("language host nodejs");
  }
  for (const plugin of ownPlugins) {
    if (installPlugin(plugin, bundle)) ours.push(`provider plug-in ${plugin.name} ${plugin.version}`);
  }
  for (const lock of releaseDeadLocks(pulumiEnvironment()["PULUMI_BACKEND_URL"])) {
    tell(`removed the lock of a killed run: ${lock}`);
  }
  const pulumi =
    official === undefined
      ? `${pulumiVersion}, built from the Go module proxy`
      : `${official.version}, ${official.file}`;
  return { pulumi, ours };
}

function keepNotice(folder: string, bundle: string): void {
  const file = join(folder, "NOTICE");
  if (!existsSync(file)) writeFileSync(file, readFileSync(join(bundle, "NOTICE")));
}
