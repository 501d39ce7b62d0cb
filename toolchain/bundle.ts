import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildOnce } from "./atomic.ts";
import { root, toolchainCache } from "./paths.ts";

/** The programs of our plug-ins: file in the bundle's folder, and where it starts. */
const programs = {
  "language-nodejs": "toolchain/language-nodejs/main.ts",
  "resource-docker": "toolchain/docker/main.ts",
};

const notice = `These programs are planb's own: a language host for Node.js programs and provider plug-ins for the Pulumi engine.
They are not made or endorsed by Pulumi Corporation. They cover what planb uses and refuse the rest by name; where the
official ones are installed, those are used instead. See toolchain/README.md in planb's source. Licence: EUPL-1.2.
`;

/** Starts one of the programs, named by its first argument, with its compiled code kept beside it. */
const start = `const [program] = process.argv.splice(2, 1);
require("./cached.cjs").runCached(require("node:path").join(__dirname, program + ".cjs"), require);
`;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

let known: string | undefined;

/** Folder of the bundled plug-ins for the sources as they are now. It may not exist yet. */
export function bundleFolder(): string {
  if (known === undefined) {
    const hash = createHash("sha256").update(notice).update(start);
    const folders = ["toolchain/plugin", "toolchain/language-nodejs", "toolchain/docker"];
    for (const file of [
      "package-lock.json",
      "toolchain/bundle.ts",
      "toolchain/cached.cjs",
      ...folders.flatMap(sources).sort(),
    ]) {
      hash.update(file).update(readFileSync(join(root, file)));
    }
    known = join(toolchainCache(), `plugins-${hash.digest("hex").slice(0, 16)}`);
  }
  return known;
}

/** Bundles each plug-in into one file that starts fast, unless these very sources were bundled before. */
export async function bundlePlugins(): Promise<string> {
  const folder = bundleFolder();
  await buildOnce(folder, async (fresh) => {
    const { build } = await import("esbuild");
    await build({
      absWorkingDir: root,
      entryPoints: programs,
      outdir: fresh,
      outExtension: { ".js": ".cjs" },
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: "linked",
      // ssh2 tries native helpers and does without them.
      external: ["*.node", "cpu-features"],
      logLevel: "error",
    });
    copyFileSync(join(root, "toolchain/cached.cjs"), join(fresh, "cached.cjs"));
    writeFileSync(join(fresh, "start.cjs"), start);
    writeFileSync(join(fresh, "NOTICE"), notice);
  });
  return folder;
}
