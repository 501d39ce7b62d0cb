import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { prepareStack } from "../cli/init.ts";
import { awakeProbes, probeUntilGreen } from "../cli/probes.ts";
import { stackOutputs } from "../cli/pulumi.ts";
import { type OpenStack, openStack } from "../cli/stack.ts";
import { imagesStep, toolchainStep } from "../cli/toolchain.ts";
import { cacheFolder } from "../images/folders.ts";
import { UserError } from "../model/errors.ts";
import type { StackOutputs } from "../model/outputs.ts";
import { removeThings, stackThings } from "../platform/docker/operate.ts";

/** Ports of the demo besides HTTP and HTTPS; a bench's are as far from them as its HTTP port from the demo's. */
const otherPorts = [
  ["mail", "ports", "smtp"],
  ["mail", "ports", "submissions"],
  ["mail", "ports", "submission"],
  ["mail", "mailbox", "imapPort"],
  ["mail", "mailbox", "sievePort"],
];

/** Longest wait for green probes, in seconds. */
const greenWithin = 300;

/** Tells what a bench is doing, on stderr: only results are printed on stdout. */
export const tell = (words: string): void => console.error(`  ${words}`);

/**
 * A stack for benches alone, beside a running demo: the demo's stack file with a name, a domain and ports of its own. It
 * lives outside the checkout.
 *
 * @param name the stack's name
 * @param ports its HTTP and HTTPS port; those of mail follow the first
 * @param change settings to change, as dotted paths of the stack file; undefined takes one out
 */
export async function benchStack(
  name: string,
  ports: readonly [http: number, https: number],
  change: Readonly<Record<string, unknown>> = {},
): Promise<OpenStack> {
  const folder = join(cacheFolder(), "bench", "stacks");
  mkdirSync(folder, { recursive: true });
  const demo = join(import.meta.dirname, "..", "stacks", "demo.yaml");
  const file = parseDocument(readFileSync(demo, "utf8"));
  const apart = ports[0] - Number(file.getIn(["host", "httpPort"]));
  for (const path of otherPorts) file.setIn(path, Number(file.getIn(path)) + apart);
  const settings = { domain: `${name}.localhost`, "host.httpPort": ports[0], "host.httpsPort": ports[1], ...change };
  for (const [path, value] of Object.entries(settings)) {
    if (value === undefined) file.deleteIn(path.split("."));
    else file.setIn(path.split("."), value);
  }
  writeFileSync(join(folder, `${name}.yaml`), file.toString());
  process.env["PLANB_STACKS_DIR"] = folder;
  await toolchainStep.run(tell);
  const stack = await openStack(name);
  await imagesStep(stack.config).run(tell);
  return stack;
}

/**
 * Waits until every probe of a stack is green.
 *
 * @throws UserError naming the red ones after 5 minutes
 */
export async function untilGreen(stack: OpenStack, outputs: StackOutputs): Promise<void> {
  const results = await probeUntilGreen(outputs, stack.identity, awakeProbes(outputs), { seconds: greenWithin });
  const red = results.filter((result) => !result.ok);
  if (red.length === 0) return;
  throw new UserError(`${stack.name}: red after ${greenWithin} s:\n${red.map((r) => r.detail).join("\n")}`);
}

/** `pulumi up` as an operator runs it, preview included, with its outputs. */
export async function pulumiUp(stack: OpenStack): Promise<StackOutputs> {
  await stack.pulumi.follow(tell, "up", "--yes");
  return stackOutputs(stack.pulumi);
}

/** Brings a stack up, secrets made, and waits until it is green. */
export async function bringUp(stack: OpenStack): Promise<StackOutputs> {
  await prepareStack(stack);
  const outputs = await pulumiUp(stack);
  await untilGreen(stack, outputs);
  return outputs;
}

/** Removes all of a bench's stack from the engine, data too; its secrets stay for the next run. */
export async function removeStack(stack: OpenStack): Promise<void> {
  await prepareStack(stack);
  await stack.pulumi.follow(tell, "destroy", "--yes", "--skip-preview");
  await removeThings(await stackThings(stack.name));
}
