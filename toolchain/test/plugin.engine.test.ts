import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installToolchain } from "../index.ts";
import { ownPlugins } from "../launchers.ts";
import { pulumiHome } from "../paths.ts";
import { type Declared, openStack, type TestStack, until } from "./stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await openStack("plugin");
});
afterAll(() => stack.destroy());

const labels = (value: string) => [{ label: "io.planb.stack", value }];
const volume = (owner = "toolchain-test", options = {}): Declared => ({
  type: "Volume",
  name: "data",
  args: { name: `${stack.prefix}-data`, labels: labels(owner) },
  options,
});

describe("the toolchain", () => {
  it("tells what is its own, and says so beside each plug-in", async () => {
    const { pulumi, ours } = await installToolchain(() => {});
    expect(pulumi).toMatch(/^3\.\d+\.\d+, /);
    for (const { name, version } of ownPlugins) {
      const folder = join(pulumiHome(), "plugins", `resource-${name}-v${version}`);
      const isOurs = ours.includes(`provider plug-in ${name} ${version}`);
      expect(existsSync(join(folder, "NOTICE"))).toBe(isOurs);
      expect((await stack.pulumi("plugin", "ls")).output).toContain(name);
    }
  });

  it("is quick when all is done", async () => {
    const begin = performance.now();
    await installToolchain(() => {});
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  it("shows what the plug-in covers as a package schema", async () => {
    const { ok, output } = await stack.pulumi("package", "get-schema", "docker@5.2.0");
    expect(ok, output).toBe(true);
    const schema = JSON.parse(output) as { resources: Record<string, unknown> };
    expect(Object.keys(schema.resources).sort()).toEqual([
      "docker:index/container:Container",
      "docker:index/network:Network",
      "docker:index/volume:Volume",
    ]);
  });
});

describe("a volume", () => {
  it("keeps its data when it is made again under its name", async () => {
    await stack.up(volume("toolchain-test", { retainOnDelete: true }));
    const marker = await stack.docker.getVolume(`${stack.prefix}-data`).inspect();
    await stack.up();
    const again = await stack.up(volume());
    expect(again.counts).toMatchObject({ created: 1 });
    expect(await stack.docker.getVolume(`${stack.prefix}-data`).inspect()).toMatchObject({
      CreatedAt: (marker as { CreatedAt?: string }).CreatedAt,
    });
    expect((await stack.up(volume())).counts).toEqual({ unchanged: 2 });
  });

  it("of another stack is not taken over", async () => {
    const name = `${stack.prefix}-theirs`;
    await stack.docker.createVolume({ Name: name, Labels: { "io.planb.stack": "another" } });
    const up = await stack.up(volume(), { type: "Volume", name: "theirs", args: { name, labels: labels("mine") } });
    expect(up.output).toContain("belongs to the stack another");
    await stack.docker.getVolume(name).remove();
  });
});

describe("a network", () => {
  const network = (name: string): Declared => ({
    type: "Network",
    name,
    args: { name: `${stack.prefix}-${name}`, internal: true, labels: labels("toolchain-test") },
  });

  it("left by a killed run is replaced, one of somebody else is not touched", async () => {
    const { docker, prefix } = stack;
    await docker.createNetwork({ Name: `${prefix}-left`, Labels: { "io.planb.stack": "toolchain-test" } });
    const theirs = await docker.createNetwork({ Name: `${prefix}-theirs` });
    const up = await stack.up(network("left"), network("theirs"));
    expect(up.output).toContain("docker network rm");
    const named = await docker.listNetworks({ filters: { name: [prefix] } });
    expect(named.map(({ Name, Internal }) => [Name, Internal]).sort()).toEqual([
      [`${prefix}-left`, true],
      [`${prefix}-theirs`, false],
    ]);
    await docker.getNetwork(theirs.id).remove();
  });
});

describe("cancelling", () => {
  it("stops the waiting for a container, which stays known", async () => {
    const { image, prefix } = stack;
    const healthcheck = { tests: ["CMD", "false"], interval: "30s", retries: 10 };
    const args = { name: `${prefix}-slow`, image, command: ["sleep", "600"], healthcheck, destroyGraceSeconds: 0 };
    const slow = (wait: boolean): Declared => ({
      type: "Container",
      name: "slow",
      args: { ...args, wait, waitTimeout: 250, labels: labels("toolchain-test") },
    });
    const running = stack.start(slow(true));
    await until("it runs", async () =>
      stack.docker
        .getContainer(`${prefix}-slow`)
        .inspect()
        .then(({ State }) => State.Running)
        .catch(() => false),
    );
    const begin = Date.now();
    process.kill(running.pid, "SIGINT");
    const { all } = (await running.ended) as { all: string };
    expect(all).toContain("the update was cancelled");
    expect(Date.now() - begin).toBeLessThan(30_000);
    const { Id } = await stack.docker.getContainer(`${prefix}-slow`).inspect();
    expect(await stack.state()).toContain(Id);
    expect((await stack.up(slow(false))).ok).toBe(true);
    expect((await stack.docker.getContainer(`${prefix}-slow`).inspect()).Id).toBe(Id);
  });
});
