import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { removeThings, stackThings } from "../../../platform/docker/operate.ts";
import { openRunning, planb, type RunningStack } from "./demo.ts";
import { root } from "./root.ts";

/** A stack that a story has for itself beside the demo, declared in `stacks/` as long as the story runs. */
export class OwnStack {
  readonly name: string;
  readonly #files = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  /** Takes away what a broken-off run left: it was made with another master secret, which nothing of a new one fits. */
  async clear(): Promise<void> {
    await removeThings(await stackThings(this.name));
  }

  /** Writes the stack file, or with an ending as `-ca.pem` one beside it. */
  write(text: string, ending = ".yaml"): void {
    const file = join(root, "stacks", `${this.name}${ending}`);
    this.#files.add(file);
    writeFileSync(file, text);
  }

  /** Brings it up as its file says. */
  async up(): Promise<RunningStack> {
    const run = await planb("up", this.name, "--yes");
    expect(run.exitCode, run.stderr).toBe(0);
    return openRunning(this.name);
  }

  /** Names of its containers on the engine. */
  async containers(): Promise<readonly string[]> {
    return (await stackThings(this.name)).containers;
  }

  /** Names of its volumes on the engine. */
  async volumes(): Promise<readonly string[]> {
    return (await stackThings(this.name)).volumes;
  }

  /** Takes all of it away, its data and files too. */
  async destroy(): Promise<void> {
    const gone = await planb("destroy", this.name, "--yes", "--delete-data");
    for (const file of [...this.#files, join(root, "stacks", `Pulumi.${this.name}.yaml`)])
      rmSync(file, { force: true });
    expect(gone.exitCode, gone.stderr).toBe(0);
    expect(await this.volumes()).toEqual([]);
  }
}
