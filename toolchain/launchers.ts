import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pulumiHome } from "./paths.ts";

/** Variable with the folder of the bundled plug-ins, so that several checkouts share one PULUMI_HOME. */
export const bundleVariable = "PLANB_PULUMI_PLUGINS";

const mark = "planb's own, not Pulumi's";

/** A provider plug-in of ours. */
export interface OwnPlugin {
  readonly name: string;
  /** Version of the SDK it answers to. */
  readonly version: string;
}

/** Provider plug-ins of ours. The one for Kubernetes follows. */
export const ownPlugins: readonly OwnPlugin[] = [{ name: "docker", version: "5.2.0" }];

function launcher(program: string, bundle: string): string {
  return `#!/bin/sh
# ${mark}: see the NOTICE beside the program.
node=${JSON.stringify(process.execPath)}
[ -x "$node" ] || node=node
bundle=\${${bundleVariable}:-${bundle}}
[ -f "$bundle/start.cjs" ] || bundle=${JSON.stringify(bundle)}
exec "$node" --max-semi-space-size=32 "$bundle/start.cjs" ${program} "$@"
`;
}

function place(file: string, make: (fresh: string) => void): void {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  make(fresh);
  renameSync(fresh, file);
}

/** Writes an executable that starts one of the bundled programs, unless it is there already. */
export function writeLauncher(file: string, program: string, bundle: string): void {
  const text = launcher(program, bundle);
  if (isLink(file) || !existsSync(file) || readFileSync(file, "utf8") !== text) {
    place(file, (fresh) => {
      writeFileSync(fresh, text);
      chmodSync(fresh, 0o755);
    });
  }
}

function isLink(file: string): boolean {
  try {
    return lstatSync(file).isSymbolicLink();
  } catch {
    return false;
  }
}

const isOurs = (file: string): boolean => readFileSync(file).subarray(0, 200).toString("latin1").includes(mark);

/** Pulumi's own plug-in, where one of the very version is installed: on PATH, in the operator's PULUMI_HOME or `~/.pulumi`. */
export function officialPlugin({ name, version }: OwnPlugin): string | undefined {
  const file = `pulumi-resource-${name}`;
  const homes = [process.env["PULUMI_HOME"], join(homedir(), ".pulumi")];
  const cached = homes.flatMap((home) =>
    home && home !== pulumiHome() ? [join(home, "plugins", `resource-${name}-v${version}`, file)] : [],
  );
  // The engine prefers what is on PATH, whatever its version.
  const path = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, file));
  return [...path, ...cached].find((candidate) => existsSync(candidate) && !isOurs(candidate));
}

/**
 * Puts a provider plug-in where the engine looks for it: a link to the official one, or a launcher of ours.
 *
 * @returns whether it is ours
 */
export function installPlugin(plugin: OwnPlugin, bundle: string): boolean {
  const folder = join(pulumiHome(), "plugins", `resource-${plugin.name}-v${plugin.version}`);
  const file = join(folder, `pulumi-resource-${plugin.name}`);
  const official = officialPlugin(plugin);
  if (official !== undefined) {
    place(file, (fresh) => symlinkSync(official, fresh));
    return false;
  }
  writeLauncher(file, `resource-${plugin.name}`, bundle);
  const notice = join(folder, "NOTICE");
  if (!existsSync(notice)) writeFileSync(notice, readFileSync(join(bundle, "NOTICE")));
  return true;
}
