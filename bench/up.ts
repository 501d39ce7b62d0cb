import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { prepareStack } from "../cli/init.ts";
import type { OpenStack } from "../cli/stack.ts";
import { imageRef } from "../images/contents.ts";
import { cacheFolder } from "../images/folders.ts";
import type { StackOutputs } from "../model/outputs.ts";
import { dockerName } from "../platform/docker/render.ts";
import { type Compose, composeFile, type RunningStack, startCompose } from "./compose.ts";
import { type Bench, median, seconds } from "./harness.ts";
import { benchStack, pulumiUp, removeStack, tell, untilGreen } from "./stack.ts";

const runs = 3;

/** What Pulumi's state says of the order: by workload, the containers it waited for. */
async function startOrder(stack: OpenStack): Promise<Record<string, string[]>> {
  interface Resource {
    readonly urn: string;
    readonly type: string;
    readonly dependencies?: readonly string[];
  }
  const exported = JSON.parse(await stack.pulumi.read("stack", "export")) as {
    readonly deployment: { readonly resources: readonly Resource[] };
  };
  const name = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);
  const isContainer = (urn: string): boolean => urn.includes("docker:index/container:Container::");
  const containers = exported.deployment.resources.filter(({ urn }) => isContainer(urn));
  return Object.fromEntries(
    containers.map(({ urn, dependencies }) => [name(urn), (dependencies ?? []).filter(isContainer).map(name)]),
  );
}

/** Reads the running stack off the engine and copies each workload's /config to the host, owners and modes kept. */
async function readRunning(stack: OpenStack): Promise<RunningStack> {
  const docker = new Docker();
  const filters = { label: [`io.planb.stack=${stack.name}`] };
  const list = await docker.listContainers({ filters });
  const containers = await Promise.all(list.map(({ Id }) => docker.getContainer(Id).inspect()));
  const networks = await docker.listNetworks({ filters });
  const configFolder = join(cacheFolder(), "bench", "config");
  rmSync(configFolder, { recursive: true, force: true });
  mkdirSync(configFolder, { recursive: true, mode: 0o700 });
  for (const container of containers) {
    const workload = container.Config.Labels["io.planb.workload"] ?? "";
    if (!container.Mounts.some((mount) => mount.Destination === "/config")) continue;
    await execa("docker", ["cp", "-a", `${dockerName(stack.name, workload)}:/config`, join(configFolder, workload)]);
  }
  return { containers, networks, after: await startOrder(stack), configFolder };
}

interface Times {
  readonly pulumi: number[];
  readonly composeWait: number[];
  readonly composeGreen: number[];
}

async function round(stack: OpenStack, compose: Compose, outputs: StackOutputs, times: Times): Promise<void> {
  tell("docker compose up --wait");
  const begin = performance.now();
  await compose.run("up", "--wait", "--quiet-pull");
  times.composeWait.push((performance.now() - begin) / 1000);
  await untilGreen(stack, outputs);
  times.composeGreen.push((performance.now() - begin) / 1000);
  await compose.run("down", "--volumes");
  tell("pulumi up");
  times.pulumi.push(await seconds(async () => untilGreen(stack, await pulumiUp(stack))));
  await removeStack(stack);
}

/** A fresh `pulumi up` until all probes are green, against Docker Compose with the same containers. */
export const up: Bench = {
  name: "up",
  about: "fresh pulumi up against docker compose up --wait of the same containers",
  async run() {
    const stack = await benchStack("benchup", [28080, 28443]);
    await removeStack(stack);
    await prepareStack(stack);
    const outputs = await pulumiUp(stack);
    await untilGreen(stack, outputs);
    const running = await readRunning(stack);
    await removeStack(stack);
    const compose = await startCompose(imageRef("base"), composeFile(stack.name, running));
    const times: Times = { pulumi: [], composeWait: [], composeGreen: [] };
    try {
      for (let run = 0; run < runs; run++) await round(stack, compose, outputs, times);
    } finally {
      await compose.run("down", "--volumes").catch(() => undefined);
      await compose.remove();
      rmSync(running.configFolder, { recursive: true, force: true });
    }
    const ratio = median(times.pulumi) / median(times.composeWait);
    return {
      bench: "up",
      compares:
        "a fresh `pulumi up` of the demo's containers, images present, until all probes are green, with `docker compose up --wait` (Debian 13's) of the same containers in the same order",
      goal: "ratio at most 1.15, and at most 90 s",
      series: [
        { label: "pulumi up, until probes are green", unit: "s", values: times.pulumi },
        { label: "docker compose up --wait", unit: "s", values: times.composeWait },
        { label: "docker compose up --wait, until probes are green", unit: "s", values: times.composeGreen },
      ],
      figures: { ratio, "ratio, both until green": median(times.pulumi) / median(times.composeGreen) },
      met: ratio <= 1.15 && median(times.pulumi) <= 90,
    };
  },
};
