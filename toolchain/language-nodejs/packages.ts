import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A provider that an installed SDK package asks for. */
export interface PulumiPackage {
  readonly name: string;
  readonly version: string;
  /** Where else than at Pulumi it may be downloaded. */
  readonly server?: string;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly pulumi?: {
    readonly resource?: boolean;
    readonly name?: string;
    readonly version?: string;
    readonly server?: string;
  };
}

function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

/** The `node_modules` that a program's imports are found in. */
function modulesOf(directory: string): string | undefined {
  const here = join(directory, "node_modules");
  if (existsSync(here)) return here;
  const above = dirname(directory);
  return above === directory ? undefined : modulesOf(above);
}

function* packageFolders(modules: string): Generator<string> {
  for (const name of readdirSync(modules)) {
    if (name.startsWith(".")) continue;
    const folder = join(modules, name);
    if (name.startsWith("@")) for (const scoped of readdirSync(folder)) yield join(folder, scoped);
    else yield folder;
  }
}

/** Every provider that the program's installed packages name in the `pulumi` section of their package.json. */
export function pulumiPackages(directory: string): PulumiPackage[] {
  const modules = modulesOf(directory);
  if (modules === undefined) return [];
  return [...packageFolders(modules)].flatMap((folder) => {
    const { pulumi, name, version } = readManifest(folder) ?? {};
    if (pulumi?.resource !== true) return [];
    const plugin = pulumi.name ?? name?.replace(/^@pulumi\//, "");
    const wanted = (pulumi.version ?? version)?.replace(/^v/, "");
    if (plugin === undefined || wanted === undefined) return [];
    return [{ name: plugin, version: wanted, ...(pulumi.server ? { server: pulumi.server } : {}) }];
  });
}

/** The program's own dependencies with the versions that are installed. */
export function dependencies(directory: string): { name: string; version: string }[] {
  const modules = modulesOf(directory);
  const manifest = readManifest(directory);
  if (modules === undefined || manifest === undefined) return [];
  return Object.entries(manifest.dependencies ?? {}).map(([name, wanted]) => ({
    name,
    version: readManifest(join(modules, name))?.version ?? wanted,
  }));
}
