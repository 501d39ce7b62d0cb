import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build } from "esbuild";

/** Bundles of earlier contents that are kept: going back and forth between two branches builds nothing. */
const kept = 8;
/** Age from which a bundle that was not finished is nobody's any more; one takes seconds. */
const abandonedMs = 3_600_000;

/** Besides what esbuild reads: how it is done, and the versions of the packages. */
const always = [
  "package-lock.json",
  "tsconfig.json",
  "toolchain/cached.cjs",
  "toolchain/program/start.mjs",
  "toolchain/program/bundle.mjs",
];

/**
 * Pulumi's SDK stays outside, one copy shared with its entry point; see sdk.mjs for the parts. The one for Kubernetes takes
 * seconds and is loaded when it is used, as is Docker's client, for an engine elsewhere.
 */
const sources = (root, bundled) => ({
  name: "sources",
  setup({ onResolve, onLoad }) {
    const parts = { "@pulumi/pulumi": "sdk.mjs", "@pulumi/pulumi/runtime": "sdk-runtime.mjs" };
    onResolve({ filter: /^@pulumi\/pulumi(\/.*)?$/ }, ({ path }) =>
      parts[path] ? { path: join(import.meta.dirname, parts[path]) } : { path, external: true },
    );
    onResolve({ filter: /^(@pulumi\/kubernetes|dockerode|esbuild)$/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path.includes("/node_modules/")) return undefined;
      const text = readFileSync(path);
      // Somebody may be writing: the name must be that of the content that was read here.
      bundled.set(relative(root, path), text);
      // Sources that look for files beside them find them where the sources are.
      const contents = text.toString("utf8").replaceAll("import.meta.dirname", JSON.stringify(dirname(path)));
      return { loader: "ts", contents };
    });
  },
});

/**
 * Bundles index.ts with its packages into one file, in a folder named by the content of all that went in.
 *
 * @param {{root: string, cache: string, listFile: string, keyOf: (files: string[], bundled: Map<string, Buffer>) => string}} where the checkout, the
 * folder of bundles, the file that lists what this checkout's bundle is made from, and how contents give a name
 * @returns {Promise<string>} path of the bundle
 */
export async function makeBundle({ root, cache, listFile, keyOf }) {
  const fresh = join(cache, `${process.pid}.new`);
  const bundled = new Map();
  try {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ["index.ts"],
      outfile: join(fresh, "program.cjs"),
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      sourcemap: true,
      sourcesContent: false,
      metafile: true,
      plugins: [sources(root, bundled)],
      logLevel: "error",
    });
    const files = [...new Set([...always, ...Object.keys(metafile.inputs)])].sort();
    const folder = join(cache, keyOf(files, bundled));
    replace(listFile, JSON.stringify(files));
    try {
      renameSync(fresh, folder);
    } catch (error) {
      // Another run was first.
      if (!["EEXIST", "ENOTEMPTY"].includes(error.code)) throw error;
      utimesSync(folder, new Date(), new Date());
    }
    forget(cache);
    return join(folder, "program.cjs");
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function replace(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

/**
 * Removes bundles that were not used for longest, and what builds that were killed left. A run that loaded one does not need
 * its file any more, save for an error's lines. Another run may do the same at this moment.
 */
function forget(cache) {
  const used = (name) => statSync(join(cache, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const all = readdirSync(cache).map((name) => ({ name, at: used(name) }));
  const bundles = all.filter(({ name }) => /^[0-9a-f]{16}$/.test(name)).sort((a, b) => b.at - a.at);
  const broken = all.filter(({ name, at }) => /^\d+\.new$/.test(name) && at < Date.now() - abandonedMs);
  for (const { name } of [...bundles.slice(kept), ...broken]) {
    rmSync(join(cache, name), { recursive: true, force: true });
  }
}
