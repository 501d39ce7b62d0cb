import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Declared, openStack, type TestStack, until } from "./stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await openStack("container");
});
afterAll(() => stack.destroy());

const labels = [{ label: "io.planb.stack", value: "toolchain-test" }];

/** A container as the platform makes them. */
function server(changes: Record<string, unknown> = {}): Declared[] {
  const { prefix, image } = stack;
  const args = {
    name: `${prefix}-server`,
    hostname: "server",
    image,
    command: ["bash", "-c", "touch /tmp/ok; trap 'exit 0' TERM; while :; do sleep 0.1; done"],
    envs: ["TZ=Europe/Copenhagen", "GREETING=rødgrød med fløde"],
    user: "1005:0",
    readOnly: true,
    tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,mode=1777" },
    uploads: [
      { file: "/config/server.json", content: '{"navn":"Æblegård"}', permissions: "0444" },
      { file: "/config/tls/key.pem", content: { $secret: "meget-hemmelig" }, permissions: "0440" },
    ],
    ports: [{ internal: 8443, external: stack.port, ip: "127.0.0.1", protocol: "tcp" }],
    networksAdvanced: [
      { name: { $output: "net.name" }, aliases: ["server", "start.test.localhost"] },
      { name: { $output: "host.name" } },
    ],
    healthcheck: { tests: ["CMD", "bash", "-c", "test -f /tmp/ok"], interval: "10s", timeout: "5s", retries: 3 },
    memory: 64,
    memorySwap: 64,
    cpus: "0.5",
    capabilities: { drops: ["ALL"], adds: [] },
    securityOpts: ["no-new-privileges:true"],
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    labels,
    volumes: [{ volumeName: { $output: "config.name" }, containerPath: "/config" }],
    restart: "unless-stopped",
    wait: true,
    waitTimeout: 30,
    destroyGraceSeconds: 1,
    ...changes,
  };
  return [
    { type: "Network", name: "net", args: { name: `${prefix}-net`, internal: true, driver: "bridge", labels } },
    { type: "Network", name: "host", args: { name: `${prefix}-host`, labels } },
    { type: "Volume", name: "config", args: { name: `${prefix}-config`, labels } },
    {
      type: "Container",
      name: "server",
      args,
      options: { dependsOn: ["net", "host", "config"], deleteBeforeReplace: true },
    },
  ];
}

const container = () => stack.docker.getContainer(`${stack.prefix}-server`);

async function run(...command: string[]): Promise<string> {
  const exec = await container().exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push((chunk as Buffer).subarray(8));
  return Buffer.concat(chunks).toString("utf8").trim();
}

describe("a container", () => {
  it("is previewed with values that are not known yet", async () => {
    stack.declare(...server());
    const preview = await stack.pulumi("preview");
    expect(preview.counts).toEqual({ "to create": 5 });
  });

  it("is created as declared, its files in place before its start", async () => {
    const up = await stack.up(...server());
    expect(up.output).toContain("5 created");
    const found = await container().inspect();
    expect(found.State.Running).toBe(true);
    expect(found.HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      Memory: 64 * 1024 * 1024,
      MemorySwap: 64 * 1024 * 1024,
      NanoCpus: 500_000_000,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      RestartPolicy: { Name: "unless-stopped" },
      PortBindings: { "8443/tcp": [{ HostIp: "127.0.0.1", HostPort: String(stack.port) }] },
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
    });
    expect(Object.keys(found.NetworkSettings.Networks).sort()).toEqual([`${stack.prefix}-host`, `${stack.prefix}-net`]);
    expect(found.NetworkSettings.Networks[`${stack.prefix}-net`]?.Aliases).toContain("start.test.localhost");
    expect(await run("stat", "-c", "%a %U:%G %n", "/config/server.json", "/config/tls/key.pem")).toBe(
      "444 root:root /config/server.json\n440 root:root /config/tls/key.pem",
    );
    expect(await run("cat", "/config/tls/key.pem")).toBe("meget-hemmelig");
  });

  it("keeps its secrets secret in the state", async () => {
    const state = await stack.state();
    expect(state).toContain("Æblegård");
    expect(state).not.toContain("meget-hemmelig");
  });

  it("is left alone when nothing changed", async () => {
    const { id } = await container()
      .inspect()
      .then(({ Id }) => ({ id: Id }));
    expect((await stack.up(...server())).counts).toEqual({ unchanged: 5 });
    expect((await container().inspect()).Id).toBe(id);
  });

  it("gets new limits in place", async () => {
    const before = await container().inspect();
    const up = await stack.up(...server({ memory: 96, memorySwap: 96, cpus: "0.75", restart: "always" }));
    expect(up.counts).toEqual({ updated: 1, unchanged: 4 });
    const after = await container().inspect();
    expect(after.Id).toBe(before.Id);
    expect(after.State.StartedAt).toBe(before.State.StartedAt);
    expect(after.HostConfig).toMatchObject({
      Memory: 96 * 1024 * 1024,
      NanoCpus: 750_000_000,
      RestartPolicy: { Name: "always" },
    });
  });

  it("is replaced by all else", async () => {
    const before = await container().inspect();
    const up = await stack.up(...server({ envs: ["GREETING=davs"] }));
    expect(up.counts).toMatchObject({ replaced: 1, unchanged: 4 });
    const after = await container().inspect();
    expect(after.Id).not.toBe(before.Id);
    expect(await run("printenv", "GREETING")).toBe("davs");
  });

  it("goes and comes back with a network that is replaced under it", async () => {
    const resources = server({ envs: ["GREETING=davs"] });
    const [net, ...rest] = resources;
    if (net === undefined) throw new Error("no network");
    const changed = { ...net, args: { ...net.args, internal: false } };
    const up = await stack.up(changed, ...rest);
    expect(up.output).not.toContain("error");
    expect((await stack.docker.getNetwork(`${stack.prefix}-net`).inspect()).Internal).toBe(false);
    expect((await container().inspect()).State.Running).toBe(true);
    await stack.up(...server());
  });

  it("is started again when found stopped", async () => {
    const { Id } = await container().inspect();
    await container().stop();
    const refresh = await stack.pulumi("refresh", "--yes", "--skip-preview");
    expect(refresh.counts).toEqual({ updated: 1, unchanged: 4 });
    expect(refresh.output).toContain("mustRun");
    const up = await stack.up(...server());
    expect(up.counts).toEqual({ updated: 1, unchanged: 4 });
    expect(await container().inspect()).toMatchObject({ Id, State: { Running: true } });
  });

  it("is made again when found removed", async () => {
    await container().remove({ force: true });
    const up = await stack.up(...server());
    expect(up.counts).toMatchObject({ replaced: 1, unchanged: 4 });
    expect((await container().inspect()).State.Running).toBe(true);
  });

  it("is put right by a plain update, whatever was done to it by hand", async () => {
    const { Id } = await container().inspect();
    await container().update({ Memory: 128 * 1024 * 1024, MemorySwap: 128 * 1024 * 1024 });
    await container().stop();
    expect((await stack.up(...server())).counts).toEqual({ updated: 1, unchanged: 4 });
    const found = await container().inspect();
    expect(found).toMatchObject({ Id, State: { Running: true }, HostConfig: { Memory: 64 * 1024 * 1024 } });

    await stack.docker.getNetwork(`${stack.prefix}-host`).disconnect({ Container: `${stack.prefix}-server` });
    expect((await stack.up(...server())).counts).toEqual({ replaced: 1, unchanged: 4 });
    expect(Object.keys((await container().inspect()).NetworkSettings.Networks)).toContain(`${stack.prefix}-host`);
    expect((await stack.up(...server())).counts).toEqual({ unchanged: 5 });
  });

  it("comes back with its network, which was removed and made anew by hand", async () => {
    const name = `${stack.prefix}-net`;
    await container().remove({ force: true });
    await stack.docker.getNetwork(name).remove();
    await stack.docker.createNetwork({ Name: name });
    const up = await stack.up(...server());
    expect(up.ok, up.output).toBe(true);
    expect((await stack.docker.getNetwork(name).inspect()).Internal).toBe(true);
    expect((await container().inspect()).State.Running).toBe(true);
    expect((await stack.up(...server())).counts).toEqual({ unchanged: 5 });
  });

  it("has what was changed by hand put right", async () => {
    await container().update({ Memory: 128 * 1024 * 1024, MemorySwap: 128 * 1024 * 1024 });
    await stack.docker.getNetwork(`${stack.prefix}-host`).disconnect({ Container: `${stack.prefix}-server` });
    const refresh = await stack.pulumi("refresh", "--yes", "--skip-preview", "--diff");
    expect(refresh.output).toMatch(/memory *: 64 => 128/);
    expect(refresh.output).toContain("networksAdvanced");
    await stack.up(...server());
    const found = await container().inspect();
    expect(found.HostConfig.Memory).toBe(64 * 1024 * 1024);
    expect(Object.keys(found.NetworkSettings.Networks)).toContain(`${stack.prefix}-host`);
  });

  it("is put right when another was made by hand under its name", async () => {
    const { image, prefix, docker } = stack;
    await container().remove({ force: true });
    const other = await docker.createContainer({
      name: `${prefix}-server`,
      Image: image,
      Cmd: ["sleep", "600"],
      Env: ["A=b"],
    });
    await other.start();
    const up = await stack.up(...server());
    expect(up.counts).toMatchObject({ replaced: 1 });
    expect(await run("printenv", "GREETING")).toBe("rødgrød med fløde");
  });

  it("is refused with the name of a property that is not covered", async () => {
    const up = await stack.up(...server({ privileged: true, restart: "sometimes", ports: [{ internal: 70000 }] }));
    expect(up.ok).toBe(false);
    expect(up.output).toContain("privileged");
    expect(up.output).toContain("not covered by planb's own plug-in");
    expect(up.output).toContain('expected no, on-failure, always or unless-stopped, got "sometimes"');
    expect(up.output).toContain("ports[0].internal");
    expect((await container().inspect()).State.Running).toBe(true);
  });

  it("says what a failing start was about, and leaves nothing behind", async () => {
    const up = await stack.up(...server({ image: "planb/no-such-image:0" }));
    expect(up.ok).toBe(false);
    expect(up.output).toContain("the engine has no image planb/no-such-image:0");
    expect(await stack.docker.listContainers({ all: true, filters: { name: [`${stack.prefix}-server`] } })).toEqual([]);
  });

  it("reports the last log lines when it does not become ready, and the next update mends it", async () => {
    const begin = Date.now();
    const dies = ["bash", "-c", "echo cannot open the database; exit 3"];
    const failed = await stack.up(...server({ command: dies, restart: "no", waitTimeout: 120 }));
    expect(failed.ok).toBe(false);
    expect(failed.output).toContain("its process ended with exit code 3");
    expect(failed.output).toContain("cannot open the database");
    expect(Date.now() - begin).toBeLessThan(60_000);
    expect(await stack.state()).toContain("initErrors");
    const mended = await stack.up(...server());
    expect(mended.ok).toBe(true);
    expect((await container().inspect()).State.Running).toBe(true);
  });

  it("waits again for one that was late, without making it anew", async () => {
    const late = ["bash", "-c", "sleep 12; touch /tmp/ok; exec sleep 600"];
    const healthcheck = { tests: ["CMD", "bash", "-c", "test -f /tmp/ok"], interval: "2s", retries: 60 };
    const first = await stack.up(...server({ command: late, healthcheck, waitTimeout: 3 }));
    expect(first.output).toContain("not ready within 3 s");
    const { Id } = await container().inspect();
    const second = await stack.up(...server({ command: late, healthcheck, waitTimeout: 60 }));
    expect(second.ok).toBe(true);
    expect((await container().inspect()).Id).toBe(Id);
    await stack.up(...server());
  });

  it("is mended by the next update when Pulumi is killed in the middle of one", async () => {
    const never = { command: ["bash", "-c", "exec sleep 600"], waitTimeout: 300 };
    const { Id: before } = await container().inspect();
    const running = stack.start(...server(never));
    await until("the new container runs", async () => {
      const found = await container()
        .inspect()
        .catch(() => undefined);
      return found !== undefined && found.Id !== before && found.State.Running;
    });
    running.kill();
    await running.ended;
    const { Id: orphan } = await container().inspect();
    // The plug-ins notice within a moment, and with them goes the lock.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const up = await stack.up(...server());
    expect(up.output).not.toContain("currently locked");
    expect(up.ok).toBe(true);
    const all = await stack.docker.listContainers({ all: true, filters: { name: [stack.prefix] } });
    expect(all).toHaveLength(1);
    expect(all[0]?.Id).not.toBe(orphan);
    expect(await stack.state()).toContain(all[0]?.Id ?? "none");
    expect((await stack.up(...server())).counts).toEqual({ unchanged: 5 });
  });

  it("does not touch a container of somebody else under its name", async () => {
    const { image, prefix, docker } = stack;
    await docker.createContainer({ name: `${prefix}-theirs`, Image: image, Cmd: ["sleep", "600"] });
    const theirs: Declared = { type: "Container", name: "theirs", args: { name: `${prefix}-theirs`, image, labels } };
    const up = await stack.up(...server(), theirs);
    expect(up.ok).toBe(false);
    expect(up.output).toContain("does not belong to this stack");
    await docker.getContainer(`${prefix}-theirs`).remove({ force: true });
    await stack.up(...server());
  });

  it("is imported by its name", async () => {
    const { image, prefix, docker } = stack;
    const made = await docker.createContainer({
      name: `${prefix}-imported`,
      Image: image,
      Cmd: ["sleep", "600"],
      Labels: { "io.planb.stack": "toolchain-test" },
      HostConfig: { Memory: 32 * 1024 * 1024, MemorySwap: 32 * 1024 * 1024 },
    });
    await made.start();
    const imported = await stack.pulumi(
      ...["import", "docker:index/container:Container", "imported", `${prefix}-imported`],
      ...["--yes", "--protect=false"],
    );
    expect(imported.ok, imported.output).toBe(true);
    expect(imported.output).toContain("1 imported");
    expect(imported.output).toContain("memory = 32");
    const args = { name: `${prefix}-imported`, image, command: ["sleep", "600"], memory: 32, memorySwap: 32, labels };
    const up = await stack.up(...server(), { type: "Container", name: "imported", args });
    expect(up.counts).toEqual({ unchanged: 6 });
    expect((await stack.up(...server())).counts).toMatchObject({ deleted: 1 });
    expect(await docker.listContainers({ all: true, filters: { name: [`${prefix}-imported`] } })).toEqual([]);
  });

  it("is destroyed with its network and volume, also when parts are gone", async () => {
    await container().remove({ force: true });
    const destroyed = await stack.pulumi("destroy", "--yes", "--skip-preview");
    expect(destroyed.ok).toBe(true);
    const { Volumes } = await stack.docker.listVolumes({ filters: { name: [stack.prefix] } });
    expect(Volumes).toEqual([]);
    expect(await stack.docker.listNetworks({ filters: { name: [stack.prefix] } })).toEqual([]);
  });
});
