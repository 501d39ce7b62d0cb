import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import Docker from "dockerode";
import { execa } from "execa";
import { type KeptResult, machine } from "../../bench/harness.ts";
import { bad, good, print, remark, seconds, table } from "../../cli/output.ts";
import { logFile, root } from "../../cli/paths.ts";
import { UserError } from "../../model/errors.ts";
import { removeThings, stackThings } from "../../platform/docker/operate.ts";
import { type BareRoot, makeBareRoot, releases } from "./root.ts";

/** The README's two commands; nobody is there to ask. */
const commands = { up: "./planb up demo", test: "./planb test" } as const;

/** First part of the names of the images that a bare run builds anew. */
const imagePrefix = "planb-bare";

interface Run {
  readonly debian: string;
  readonly command: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** Last line the command printed. */
  readonly last: string;
}

/** Options of `planb test bare`. */
export interface BareOptions {
  readonly debian: readonly string[];
  readonly built?: boolean;
  readonly only?: string;
}

/**
 * `planb test bare`: tries the README's two commands in a bare Debian with nothing but the base system and the engine's
 * socket. The stack inside is the demo, with the demo's names and ports: it is refused while this engine holds a demo.
 */
export async function bare(options: BareOptions): Promise<number> {
  const chosen = Object.entries(commands).filter(([key]) => options.only === undefined || options.only === key);
  const unknown = options.debian.find((release) => releases[release] === undefined);
  if (unknown !== undefined) {
    throw new UserError(`--debian: expected ${Object.keys(releases).join(" or ")}, got "${unknown}"`);
  }
  await refuseBesideDemo();
  const { stdout: uncommitted } = await execa("git", ["status", "--porcelain"], { cwd: root });
  if (uncommitted !== "") remark("only what is committed is tried; this checkout has uncommitted changes");
  const runs: Run[] = [];
  for (const release of options.debian) {
    runs.push(
      ...(await tryRelease(
        release,
        chosen.map(([, command]) => command),
        options.built === true,
      )),
    );
  }
  print(
    table(
      ["Debian", "command", "", "took", "last line"],
      runs.map((r) => [r.debian, r.command, r.ok ? good("ok") : bad("failed"), seconds(r.seconds), r.last]),
    ),
  );
  if (!options.built && options.only === undefined) keepSeconds(runs);
  return runs.every((run) => run.ok) ? 0 : 1;
}

/** A demo on this engine has the names, ports and volumes that the one inside would take. */
async function refuseBesideDemo(): Promise<void> {
  const { containers, networks, volumes } = await stackThings("demo");
  if (containers.length + networks.length + volumes.length === 0) return;
  throw new UserError(
    `bare: this engine holds a demo: ${[...containers, ...networks, ...volumes].slice(0, 6).join(", ")} ...\n` +
      "The bare run makes one of the same name. Delete it first, with its data: ./planb destroy demo",
  );
}

async function tryRelease(release: string, lines: readonly string[], built: boolean): Promise<Run[]> {
  const log = logFile(`bare-${release}`);
  remark(`Debian ${release}: a bare root is made; the whole output: ${log}`);
  const bareRoot = await makeBareRoot(release, built ? {} : { PLANB_IMAGE_PREFIX: imagePrefix }, log);
  const stop = () => void clean(bareRoot, built).finally(() => process.exit(130));
  process.once("SIGINT", stop);
  try {
    const runs: Run[] = [];
    for (const command of lines) {
      const run = await timed(bareRoot, release, command, log);
      runs.push(run);
      if (!run.ok) break;
    }
    return runs;
  } finally {
    process.off("SIGINT", stop);
    await clean(bareRoot, built);
  }
}

async function timed(bareRoot: BareRoot, debian: string, command: string, log: string): Promise<Run> {
  const file = createWriteStream(log, { flags: "a" });
  const output = new PassThrough();
  let tail = "";
  output.on("data", (chunk: Buffer) => {
    tail = (tail + chunk.toString("utf8")).slice(-4000);
    process.stderr.write(chunk);
    file.write(chunk);
  });
  remark(`Debian ${debian}: ${command}`);
  const begin = performance.now();
  const code = await bareRoot.run(command, output);
  const took = (performance.now() - begin) / 1000;
  file.end();
  const last = tail.trimEnd().split("\n").at(-1) ?? "";
  return { debian, command: command.replace(" --yes", ""), ok: code === 0, seconds: took, last };
}

/** What was made inside is on the host's engine: the demo and the stories' neighbour go, and the images built anew. */
async function clean(bareRoot: BareRoot, built: boolean): Promise<void> {
  await bareRoot.remove();
  for (const stack of ["demo", "test-nabo", "test-lost"]) await removeThings(await stackThings(stack));
  if (built) return;
  const docker = new Docker();
  const images = await docker.listImages({ filters: { reference: [`${imagePrefix}/*`] } });
  // Those that others build upon go last.
  for (let turn = 0; turn < 5; turn++) {
    for (const { Id } of images)
      await docker
        .getImage(Id)
        .remove({ force: true })
        .catch(() => undefined);
  }
}

/** Keeps the seconds for docs/benchmarks.md. */
function keepSeconds(runs: readonly Run[]): void {
  const folder = join(root, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const kept: KeptResult = {
    bench: "bare",
    compares: "The README's two commands in a bare Debian: nothing installed, no cache, all images built anew",
    goal: "up at most 25 min, test at most 75 min",
    series: runs.map((r) => ({ label: `${r.command}, Debian ${r.debian}`, unit: "s", values: [r.seconds] })),
    figures: {},
    met: runs.every((r) => r.ok && r.seconds <= (r.command.includes(" up ") ? 25 : 75) * 60),
    machine: machine(),
    date: new Date().toISOString(),
    command: "./planb test bare",
  };
  writeFileSync(join(folder, "bare.json"), `${JSON.stringify(kept, null, 2)}\n`);
}
