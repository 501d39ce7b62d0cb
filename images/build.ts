import { mkdirSync, readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { build as bundle, type Metafile } from "esbuild";
import { pack } from "tar-fs";
import { UserError } from "../model/index.ts";
import { buildBase } from "./base.ts";
import { imageContents, mavenLabel, npmLabel } from "./contents.ts";
import { logsFolder } from "./folders.ts";
import { followBuild } from "./follow.ts";
import { alone } from "./lock.ts";
import { fromMaven, mavenFile } from "./maven.ts";
import { imageRefs, mirrors, type Recipe, recipes } from "./recipe.ts";
import { readRecord, recordImage } from "./record.ts";

const root = join(import.meta.dirname, "..");

/** Progress of one image. */
export interface ImageProgress {
  readonly image: string;
  readonly ref: string;
  readonly state: "present" | "waiting" | "started" | "built" | "failed";
  /** Seconds taken so far. */
  readonly seconds: number;
  readonly logFile: string;
}

/** Builds at most this many images at once: more only swap on a small host. */
const atOnce = 2;

/**
 * Builds the images that this engine lacks, with what they build upon; the others are left alone.
 *
 * @param names recipes to build. Default: all
 * @throws UserError naming the log file of the build that failed
 */
export async function buildImages(report: (progress: ImageProgress) => void, names?: readonly string[]): Promise<void> {
  const docker = new Docker();
  const all = recipes();
  const refs = imageRefs();
  const jobs = new Map<string, Promise<void>>();
  let free = atOnce;
  const waiting: (() => void)[] = [];
  const slot = async (action: () => Promise<void>) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await action();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
  const job = (name: string): Promise<void> => {
    const running = jobs.get(name);
    if (running) return running;
    const recipe = all.get(name);
    const ref = refs[name];
    if (!recipe || !ref) throw new UserError(`images/: no recipe "${name}"; there are: ${[...all.keys()].join(", ")}`);
    const started = (async () => {
      if (await present(docker, ref)) return report({ image: name, ref, state: "present", seconds: 0, logFile: "" });
      if (name !== "base") await job(recipe.from);
      await slot(() => buildOne(docker, recipe, ref, refs[recipe.from] ?? "", report));
    })();
    jobs.set(name, started);
    return started;
  };
  const results = await Promise.allSettled((names ?? [...all.keys()]).map(job));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

async function present(docker: Docker, ref: string): Promise<boolean> {
  try {
    const { Id } = await docker.getImage(ref).inspect();
    if (readRecord()[ref] !== Id) recordImage(ref, Id);
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  }
}

async function buildOne(docker: Docker, recipe: Recipe, ref: string, base: string, report: (p: ImageProgress) => void) {
  mkdirSync(logsFolder(), { recursive: true });
  const logFile = join(logsFolder(), `image-${recipe.name}.log`);
  const begin = performance.now();
  const tell = (state: ImageProgress["state"]) =>
    report({ image: recipe.name, ref, state, seconds: (performance.now() - begin) / 1000, logFile });
  const build = async () => {
    if (await present(docker, ref)) return; // built by another run meanwhile
    tell("started");
    if (recipe.name === "base") await buildBase(docker, ref, logFile);
    else await buildFromRecipe(docker, recipe, ref, base, logFile);
    await present(docker, ref);
    await imageContents(ref); // records the versions
  };
  try {
    await alone(`image-${ref.replace("/", "-")}`, build, () => tell("waiting"));
    tell("built");
  } catch (error) {
    tell("failed");
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UserError(`image ${recipe.name}: ${reason}\nThe whole output: ${logFile}`);
  }
}

async function buildFromRecipe(docker: Docker, recipe: Recipe, ref: string, base: string, logFile: string) {
  const work = await mkdtemp(join(tmpdir(), `planb-${recipe.name}-`));
  try {
    await cp(recipe.folder, work, { recursive: true });
    let npm: string[] = [];
    if (recipe.bundle) {
      const { metafile } = await bundle({
        metafile: true,
        entryPoints: [join(root, recipe.bundle.entry)],
        outfile: join(work, recipe.bundle.out),
        absWorkingDir: root,
        bundle: true,
        platform: "node",
        target: "node20",
        format: "esm",
        // CommonJS packages inside an ES module still ask for require.
        banner: { js: 'import{createRequire as __r}from"node:module";const require=__r(import.meta.url);' },
        legalComments: "none",
        minify: true,
        logLevel: "silent",
      });
      npm = bundledPackages(metafile);
    }
    for (const { artifact, sha256 } of recipe.maven) {
      await cp(await fromMaven(artifact, sha256, logFile), join(work, mavenFile(artifact)));
    }
    const maven = recipe.maven.map(({ artifact }) => artifact.split(":").slice(0, 3).join(":"));
    const stream = await docker.buildImage(pack(work) as unknown as NodeJS.ReadableStream, {
      t: ref,
      buildargs: { BASE: base, DEBIAN_MIRROR: mirrors().debian },
      rm: true,
      forcerm: true,
      labels: { "io.planb.image": recipe.name, [npmLabel]: npm.join(" "), [mavenLabel]: maven.join(" ") },
    });
    await followBuild(docker, stream, logFile);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The npm packages that went into a bundle, as `name@version`. */
function bundledPackages(metafile: Metafile): string[] {
  const folders = Object.keys(metafile.inputs).flatMap((input) => {
    const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    return match === null ? [] : [match[0]];
  });
  return [...new Set(folders)].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
      name: string;
      version: string;
    };
    return `${name}@${version}`;
  });
}
