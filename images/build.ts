import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import Docker from "dockerode";
import { build as bundle } from "esbuild";
import { execa } from "execa";
import { pack } from "tar-fs";
import { UserError } from "../model/index.ts";
import { imageRefs, mirrors, type Recipe, recipes } from "./recipe.ts";
import { readRecord, recordImage } from "./record.ts";

const root = join(import.meta.dirname, "..");
const cache = () => join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "planb");
const logs = () =>
  process.env["PLANB_LOG_DIR"] ??
  join(process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "planb", "logs");

/** Progress of one image. */
export interface ImageProgress {
  readonly image: string;
  readonly ref: string;
  readonly state: "present" | "started" | "built" | "failed";
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
  mkdirSync(logs(), { recursive: true });
  const logFile = join(logs(), `image-${recipe.name}.log`);
  const begin = performance.now();
  const tell = (state: ImageProgress["state"]) =>
    report({ image: recipe.name, ref, state, seconds: (performance.now() - begin) / 1000, logFile });
  tell("started");
  try {
    if (recipe.name === "base") await buildBase(docker, ref, logFile);
    else await buildFromRecipe(docker, recipe, ref, base, logFile);
    await present(docker, ref);
    tell("built");
  } catch (error) {
    tell("failed");
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UserError(`image ${recipe.name}: ${reason}\nThe whole output: ${logFile}`);
  }
}

/** Debian 13, without documentation, manuals and foreign languages, from packages alone; nothing is pulled. */
async function buildBase(docker: Docker, ref: string, logFile: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "planb-base-"));
  try {
    const tar = join(work, "base.tar");
    const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    const exclude = [
      "/usr/share/man/*",
      "/usr/share/doc/*",
      "/usr/share/locale/*",
      "/usr/share/info/*",
      "/usr/share/lintian/*",
    ];
    const packages = readFileSync(join(import.meta.dirname, "base", "packages.txt"), "utf8")
      .trim()
      .split(/\s+/);
    const arguments_ = [
      "--variant=minbase",
      `--include=${packages.join(",")}`,
      `--keyring=${keyring}`,
      ...exclude.map((path) => `--dpkgopt=path-exclude=${path}`),
      "--dpkgopt=path-include=/usr/share/doc/*/copyright",
      "--dpkgopt=force-unsafe-io",
      '--aptopt=Acquire::Languages "none"',
      '--aptopt=APT::Install-Recommends "false"',
      "--customize-hook=rm -rf $1/var/cache/apt/* $1/var/lib/apt/lists/* $1/var/log/* $1/var/cache/debconf/*-old",
      "trixie",
      tar,
      mirrors().debian,
    ];
    await execa("mmdebstrap", arguments_, {
      all: true,
      stdin: "ignore",
      stdout: { file: logFile },
      stderr: { file: logFile },
    });
    const [repo, tag] = ref.split(":");
    await follow(
      docker,
      (await docker.importImage(createReadStream(tar), { repo, tag })) as unknown as NodeJS.ReadableStream,
      logFile,
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function buildFromRecipe(docker: Docker, recipe: Recipe, ref: string, base: string, logFile: string) {
  const work = await mkdtemp(join(tmpdir(), `planb-${recipe.name}-`));
  try {
    await cp(recipe.folder, work, { recursive: true });
    if (recipe.bundle) {
      await bundle({
        entryPoints: [join(root, recipe.bundle.entry)],
        outfile: join(work, recipe.bundle.out),
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
    }
    for (const { artifact, sha256 } of recipe.maven)
      await cp(await fromMaven(artifact, sha256, logFile), join(work, basename(mavenFile(artifact))));
    const stream = await docker.buildImage(pack(work) as unknown as NodeJS.ReadableStream, {
      t: ref,
      buildargs: { BASE: base, DEBIAN_MIRROR: mirrors().debian },
      rm: true,
      forcerm: true,
      labels: { "io.planb.image": recipe.name },
    });
    await follow(docker, stream, logFile);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Copies the engine's output to the log; its last error becomes ours. */
async function follow(docker: Docker, stream: NodeJS.ReadableStream, logFile: string): Promise<void> {
  const log = createWriteStream(logFile, { flags: "a" });
  let failure: string | undefined;
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      // A failed step is an event like the others, not an error of the stream.
      (error) => (error ? reject(error) : failure === undefined ? resolve() : reject(new Error(failure))),
      (event: { stream?: string; status?: string; error?: string }) => {
        failure = event.error ?? failure;
        log.write(event.stream ?? event.error ?? (event.status ? `${event.status}\n` : ""));
      },
    );
  }).finally(() => log.end());
}

const mavenFile = (artifact: string): string => {
  const [, name, version, extension] = artifact.split(":");
  return `${name}-${version}.${extension ?? "jar"}`;
};

/** An artifact of Maven Central by Maven's own client, kept in the cache and checked against its checksum. */
async function fromMaven(artifact: string, sha256: string, logFile: string): Promise<string> {
  const folder = join(cache(), "maven");
  const file = join(folder, mavenFile(artifact));
  if (!existsSync(file)) {
    const fresh = await mkdtemp(join(tmpdir(), "planb-maven-"));
    mkdirSync(folder, { recursive: true });
    const goal = ["-B", "-q", "dependency:copy", `-Dartifact=${artifact}`, `-DoutputDirectory=${fresh}`];
    await execa("mvn", goal, {
      stdin: "ignore",
      stdout: { file: logFile, append: true },
      stderr: { file: logFile, append: true },
    } as never);
    const copied = join(fresh, mavenFile(artifact));
    await cp(copied, `${file}.new`);
    renameSync(`${file}.new`, file);
    await rm(fresh, { recursive: true, force: true });
  }
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const found = hash.digest("hex");
  if (found !== sha256)
    throw new UserError(`${file}: expected SHA-256 ${sha256}, got ${found}; delete the file and try again`);
  return file;
}
