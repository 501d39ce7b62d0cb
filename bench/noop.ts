import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { root } from "../cli/paths.ts";
import { pulumiEnvironment } from "../toolchain/env.ts";
import { type Bench, median, seconds } from "./harness.ts";
import { benchStack, bringUp, removeStack, tell } from "./stack.ts";

const runs = 5;

/** A Pulumi project with an empty TypeScript program, run from source as planb is. */
function emptyProject(): { readonly folder: string; up(): Promise<unknown> } {
  const folder = mkdtempSync(join(tmpdir(), "planb-bench-noop-"));
  mkdirSync(join(folder, "state"));
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    'name: empty\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n    nodeargs: "--import tsx"\n',
  );
  const manifest = { name: "empty", type: "module", main: "index.ts", dependencies: { "@pulumi/pulumi": "*" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "index.ts"), "export {};\n");
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const env = {
    ...pulumiEnvironment(),
    PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: "empty",
  };
  const pulumi = (...args: string[]) => execa("pulumi", [...args, "--non-interactive"], { cwd: folder, env });
  return {
    folder,
    async up() {
      await pulumi("stack", "select", "--create", "empty");
      return pulumi("up", "--yes", "--stack", "empty");
    },
  };
}

/** `pulumi up` with nothing to change, against the one of an empty program. */
export const noop: Bench = {
  name: "noop",
  about: "pulumi up with nothing to change against an empty TypeScript program",
  async run() {
    const stack = await benchStack("benchup", [28080, 28443]);
    const empty = emptyProject();
    const [ours, theirs]: [number[], number[]] = [[], []];
    try {
      await bringUp(stack);
      await empty.up();
      for (let run = 0; run < runs; run++) {
        tell(`run ${run + 1} of ${runs}`);
        ours.push(await seconds(() => stack.pulumi.follow(() => undefined, "up", "--yes", "--expect-no-changes")));
        theirs.push(await seconds(() => empty.up()));
      }
    } finally {
      rmSync(empty.folder, { recursive: true, force: true });
      await removeStack(stack);
    }
    const ratio = median(ours) / median(theirs);
    return {
      bench: "noop",
      compares:
        "`pulumi up` of the running demo's containers with nothing to change, preview included, with `pulumi up` of an empty TypeScript program",
      goal: "ratio at most 2.0, and under 10 s",
      series: [
        { label: "nothing to change", unit: "s", values: ours },
        { label: "empty program", unit: "s", values: theirs },
      ],
      figures: { ratio },
      met: ratio <= 2 && median(ours) < 10,
    };
  },
};
