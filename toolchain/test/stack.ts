import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Docker from "dockerode";
import { execa } from "execa";
import { buildImages } from "../../images/build.ts";
import { imageRefs } from "../../images/recipe.ts";
import { pulumiEnvironment } from "../env.ts";
import { installToolchain } from "../index.ts";
import { root } from "../paths.ts";

/** A resource in the words of the SDK, see program.mjs. */
export interface Declared {
  readonly type: "Container" | "Network" | "Volume";
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly options?: Record<string, unknown>;
}

/** How a command of Pulumi ended. */
export interface Ended {
  readonly ok: boolean;
  readonly output: string;
  /** Counts of the summary, e.g. `{ created: 2, unchanged: 1 }`. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A stack of its own in a folder of its own, deployed by the real CLI. */
export interface TestStack {
  /** Image with bash. */
  readonly image: string;
  /** Prefix of everything it makes on the engine. */
  readonly prefix: string;
  /** A free port of the loopback address. */
  readonly port: number;
  readonly docker: Docker;
  declare(...resources: readonly Declared[]): void;
  pulumi(...args: readonly string[]): Promise<Ended>;
  /** `pulumi up` without preview. */
  up(...resources: readonly Declared[]): Promise<Ended>;
  /** Starts `pulumi up` and leaves it running. */
  start(...resources: readonly Declared[]): { pid: number; kill(): void; ended: Promise<unknown> };
  /** The state as text. */
  state(): Promise<string>;
  destroy(): Promise<void>;
}

const environment = { PULUMI_CONFIG_PASSPHRASE: "only for a test" };

/** Opens a stack with nothing in it. Slow the first time: the CLI and an image are built where they are missing. */
export async function openStack(name: string): Promise<TestStack> {
  await installToolchain(() => {});
  await buildImages(() => {}, ["base"]);
  const image = imageRefs()["base"];
  if (image === undefined) throw new Error("images/base has no reference");
  const folder = mkdtempSync(join(tmpdir(), "planb-test-toolchain-"));
  const backend = join(folder, "state");
  mkdirSync(backend);
  cpSync(join(import.meta.dirname, "program.mjs"), join(folder, "program.mjs"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    "name: tiny\nmain: program.mjs\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  );
  const env = { ...pulumiEnvironment(), ...environment, PULUMI_BACKEND_URL: pathToFileURL(backend).href };
  const spawn = (args: readonly string[]) =>
    execa("pulumi", [...args, "--non-interactive"], { cwd: folder, env, reject: false, all: true, stdin: "ignore" });
  const pulumi = async (...args: readonly string[]): Promise<Ended> => {
    const { exitCode, all } = await spawn(args);
    const counts = [...all.matchAll(/^ +\S* *(\d+) (created|updated|replaced|deleted|unchanged|errored|to \w+)/gm)];
    return {
      ok: exitCode === 0,
      output: all,
      counts: Object.fromEntries(counts.map(([, count, what]) => [what as string, Number(count)])),
    };
  };
  const declare = (...resources: readonly Declared[]) =>
    writeFileSync(join(folder, "resources.json"), JSON.stringify(resources));
  const created = await pulumi("stack", "init", "test");
  if (!created.ok) throw new Error(created.output);
  return {
    image,
    prefix: `planb-test-toolchain-${name}-${process.pid}`,
    port: await freePort(),
    docker: new Docker(),
    declare,
    pulumi,
    up(...resources) {
      declare(...resources);
      return pulumi("up", "--yes", "--skip-preview");
    },
    start(...resources) {
      declare(...resources);
      const child = spawn(["up", "--yes", "--skip-preview"]);
      return { pid: child.pid ?? 0, kill: () => child.kill("SIGKILL"), ended: child };
    },
    state: async () => (await pulumi("stack", "export")).output,
    async destroy() {
      await pulumi("destroy", "--yes", "--skip-preview");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Waits until something is true. @throws after half a minute */
export async function until(what: string, isTrue: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`waited for half a minute: ${what}`);
}
