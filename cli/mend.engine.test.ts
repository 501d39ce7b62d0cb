import { afterAll, beforeAll, expect, it } from "vitest";
import { type Declared, openStack, type TestStack, until } from "../toolchain/test/stack.ts";
import { mendStack } from "./mend.ts";
import type { OpenStack } from "./stack.ts";

let stack: TestStack;
let open: OpenStack;
const told: string[] = [];

beforeAll(async () => {
  stack = await openStack("mend");
  const run = async (args: readonly string[]) => {
    const { ok, output } = await stack.pulumi(...args);
    if (!ok) throw new Error(output);
    return output;
  };
  const pulumi = {
    read: (...args: readonly string[]) => run(args),
    follow: async (_tell: unknown, ...args: readonly string[]) => void told.push(args.join(" "), await run(args)),
    unlock: () => 0, // the plug-ins do it, see toolchain's suite
  };
  open = { name: stack.prefix, demo: false, pulumi } as unknown as OpenStack;
}, 300_000);
afterAll(async () => stack?.destroy());

const labels = () => [{ label: "io.planb.stack", value: stack.prefix }];
const network = (): Declared => ({
  type: "Network",
  name: "net",
  args: { name: `${stack.prefix}-net`, labels: labels() },
});
/** A server that becomes ready only where it may. */
const server = (ready: boolean): Declared => ({
  type: "Container",
  name: "server",
  args: {
    name: `${stack.prefix}-server`,
    image: stack.image,
    command: ["bash", "-c", "trap 'exit 0' TERM; while :; do sleep 0.2; done"],
    healthcheck: { tests: ["CMD", ready ? "true" : "false"], interval: "1s", retries: 300 },
    networksAdvanced: [{ name: `${stack.prefix}-net` }],
    wait: true,
    waitTimeout: 300,
    labels: labels(),
  },
  options: { dependsOn: ["net"] },
});

it("mends what an update killed in the middle of a creation has left, and the next update has nothing pending", async () => {
  const running = stack.start(network(), server(false));
  const container = () => stack.docker.getContainer(`${stack.prefix}-server`);
  await until("the container runs", async () => {
    const found = await container()
      .inspect()
      .catch(() => undefined);
    return found?.State.Running === true;
  });
  running.kill();
  await running.ended;
  await new Promise((resolve) => setTimeout(resolve, 1500)); // the plug-ins notice, and the lock goes
  const exported = JSON.parse(await stack.state()) as { deployment: { pending_operations?: unknown[] } };
  expect(exported.deployment.pending_operations).toHaveLength(1);

  expect(await mendStack(open, () => {})).toBe("mended: 1 operations of a killed update, 1 leftovers on the engine");
  expect(told[0]).toBe("refresh --clear-pending-creates --skip-preview --yes");
  await expect(container().inspect()).rejects.toThrow("No such container");

  const up = await stack.up(network(), server(true));
  expect(up.ok, up.output).toBe(true);
  expect(up.output).not.toContain("interrupted");
  expect(await mendStack(open, () => {})).toBeUndefined();
});

it("leaves a real stack's container that its state does not explain, and says so", async () => {
  const Labels = { "io.planb.stack": stack.prefix };
  const name = `${stack.prefix}-stranger`;
  const stranger = await stack.docker.createContainer({ name, Image: stack.image, Cmd: ["sleep", "600"], Labels });
  await expect(mendStack(open, () => {})).rejects.toThrow(`does not know: ${name}`);
  expect((await stranger.inspect()).State.Status).toBe("created");
  expect(await mendStack({ ...open, demo: true }, () => {})).toBe("mended: 1 leftovers on the engine");
});

it("knows by its id what another checkout's state has made under the same name", async () => {
  const Labels = { "io.planb.stack": stack.prefix };
  const [name, old] = [`${stack.prefix}-server`, stack.docker.getContainer(`${stack.prefix}-server`)];
  await old.remove({ force: true });
  await stack.docker.createContainer({ name, Image: stack.image, Cmd: ["sleep", "600"], Labels });
  await expect(mendStack(open, () => {})).rejects.toThrow(`does not know: ${name}`);
  expect(await mendStack({ ...open, demo: true }, () => {})).toBe("mended: 1 leftovers on the engine");
  const up = await stack.up(network(), server(true));
  expect(up.ok, up.output).toBe(true);
});
