import { PassThrough } from "node:stream";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages, imageRefs } from "../../images/index.ts";
import { execIn, readLog, removeThings, stackContainers, stackThings } from "./operate.ts";

const stack = `planb-test-operate-${process.pid}`;
const labels = { "io.planb.stack": stack, "io.planb.workload": "box" };
const name = `planb-${stack}-box`;

const read = async (lines: number): Promise<string> => {
  const out = new PassThrough();
  const chunks: Buffer[] = [];
  out.on("data", (chunk: Buffer) => chunks.push(chunk));
  await readLog(stack, "box", { lines, follow: false }, { stdout: out, stderr: out });
  return Buffer.concat(chunks).toString("utf8");
};

describe("a stack on the engine", () => {
  beforeAll(async () => {
    await buildImages(() => undefined, ["base"]);
    const docker = new Docker();
    await docker.createNetwork({ Name: name, Labels: labels });
    await docker.createVolume({ Name: `${name}-data`, Labels: labels });
    const container = await docker.createContainer({
      name,
      Image: imageRefs()["base"] ?? "",
      Cmd: ["bash", "-c", "echo første; echo sidste >&2; exec sleep 600"],
      Labels: labels,
      HostConfig: { NetworkMode: name, Memory: 64 * 2 ** 20, Binds: [`${name}-data:/data`] },
    });
    await container.start();
  });
  afterAll(async () => removeThings(await stackThings(stack)));

  it("tells state, memory and limit", async () => {
    const [box, ...others] = await stackContainers(stack);
    expect(others).toEqual([]);
    expect(box).toMatchObject({ workload: "box", name, state: "running", health: "none", restarts: 0, limitMiB: 64 });
    expect(box?.memoryMiB).toBeGreaterThan(0);
    expect(box?.memoryMiB).toBeLessThan(64);
  });

  it("runs commands inside and tells how they ended", async () => {
    const result = await execIn(stack, "box", ["bash", "-c", "echo å; echo fejl >&2; exit 3"]);
    expect(result).toEqual({ code: 3, stdout: "å\n", stderr: "fejl\n" });
    await expect(execIn(stack, "bax", ["true"])).rejects.toThrow(/no container of a workload "bax"; there are: box/);
  });

  it("reads the last lines of a log", async () => {
    expect((await read(10)).split("\n").sort()).toEqual(["", "første", "sidste"]);
    expect((await read(1)).trim().split("\n")).toHaveLength(1);
    const none = readLog(
      "nobody",
      "box",
      { lines: 1, follow: false },
      { stdout: process.stdout, stderr: process.stderr },
    );
    await expect(none).rejects.toThrow(/no workload "box" running; there are: none/);
  });

  it("names everything of the stack and deletes it, twice without harm", async () => {
    const things = await stackThings(stack);
    expect(things).toEqual({ containers: [name], networks: [name], volumes: [`${name}-data`] });
    await removeThings(things);
    await removeThings(things);
    expect(await stackThings(stack)).toEqual({ containers: [], networks: [], volumes: [] });
  });
});
