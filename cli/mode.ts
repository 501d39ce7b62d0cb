import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isMap, isScalar, parseDocument } from "yaml";
import { stackFile } from "../config/index.ts";
import { UserError } from "../model/errors.ts";
import type { Mode } from "../model/mode.ts";
import { confirm } from "./ask.ts";
import type { Exit } from "./commands.ts";
import { dim, print, remark, table } from "./output.ts";
import { type OpenStack, openStack } from "./stack.ts";
import { runSteps } from "./steps.ts";
import { imagesStep, toolchainStep } from "./toolchain.ts";
import { up } from "./up.ts";

/**
 * Changes the one word in the text of a stack file; every other character stays, comments too.
 *
 * @param text YAML of a checked stack file
 */
export function withMode(text: string, mode: Mode): string {
  const document = parseDocument(text);
  const pair = isMap(document.contents)
    ? document.contents.items.find(({ key }) => isScalar(key) && key.value === "mode")
    : undefined;
  const range = isScalar(pair?.value) ? pair.value.range : undefined;
  if (range) return text.slice(0, range[0]) + mode + text.slice(range[1]);
  if (isMap(document.contents) && document.contents.flow !== true) {
    return `${text.replace(/\n?$/, "\n")}mode: ${mode}\n`;
  }
  document.set("mode", mode);
  return document.toString({ lineWidth: 0 });
}

interface PlannedStep {
  readonly op: string;
  readonly urn: string;
  readonly newState?: { readonly type: string; readonly inputs?: { readonly memory?: number } };
  readonly oldState?: { readonly type: string; readonly inputs?: { readonly memory?: number } };
}

/** A container that a mode starts, stops or restarts. */
export interface PlannedChange {
  readonly workload: string;
  readonly change: "starts" | "stops" | "restarts";
  readonly memoryMiB: number;
}

/** What of Pulumi's preview concerns containers. */
export function plannedChanges(preview: string): PlannedChange[] {
  const { steps = [] } = JSON.parse(preview) as { steps?: readonly PlannedStep[] };
  const changes = { create: "starts", delete: "stops", replace: "restarts", update: "restarts" } as const;
  return steps.flatMap(({ op, urn, newState, oldState }) => {
    const state = newState ?? oldState;
    const change = changes[op as keyof typeof changes];
    if (state?.type !== "docker:index/container:Container" || change === undefined) return [];
    return [{ workload: urn.slice(urn.lastIndexOf("::") + 2), change, memoryMiB: state.inputs?.memory ?? 0 }];
  });
}

/** Asks Pulumi what would happen, with the changed stack file in a folder of its own. */
async function preview({ name, pulumi }: OpenStack, text: string): Promise<PlannedChange[]> {
  const folder = mkdtempSync(join(tmpdir(), "planb-mode-"));
  try {
    // Certificates and the like that the file names lie beside it.
    cpSync(dirname(stackFile(name)), folder, { recursive: true });
    writeFileSync(join(folder, `${name}.yaml`), text);
    return plannedChanges(await pulumi.readWith({ PLANB_STACKS_DIR: folder }, "preview", "--json"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `planb mode`: edits the word in the stack file, shows what that starts and stops, asks, and does it. */
export async function changeMode(name: string, mode: Mode, options: { yes?: boolean; timeout: string }): Promise<Exit> {
  const stack = await openStack(name);
  const file = stackFile(name);
  const before = readFileSync(file, "utf8");
  const after = withMode(before, mode);
  // What is awake later must be built, or Pulumi cannot tell what would happen.
  await runSteps([toolchainStep, imagesStep(stack.config)]);
  if (!(await stack.pulumi.exists())) {
    throw new UserError(
      `the stack ${name} is not up yet; write mode: ${mode} into its file and run: ./planb up ${name}`,
    );
  }
  const changes = await preview(stack, after);
  if (changes.length === 0) print(`${name}: nothing starts or stops`);
  else {
    print(
      table(
        ["workload", "", "memory"],
        changes.map((c) => [c.workload, c.change, `${c.memoryMiB} MiB`]),
      ),
    );
    const sum = changes.reduce((total, { change, memoryMiB }) => {
      if (change === "restarts") return total;
      return total + (change === "starts" ? memoryMiB : -memoryMiB);
    }, 0);
    print(dim(`declared memory: ${sum >= 0 ? "+" : ""}${sum} MiB`));
  }
  if (!(await confirm(`Change ${name} from ${stack.identity.mode} to ${mode}?`, options.yes))) {
    remark("nothing was changed");
    return 1;
  }
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, after);
  renameSync(fresh, file);
  return up(name, { yes: true, timeout: options.timeout });
}
