import { readFileSync } from "node:fs";
import { request } from "undici";
import { beforeAll, describe, expect, it } from "vitest";
import { demoMaster } from "../../cli/keys.ts";
import { agentFor } from "../../probes/context.ts";
import { openRunning, type RunningStack } from "./support/demo.ts";

interface Walls {
  readonly ports: readonly number[];
  readonly from: readonly string[];
  /** Ports on the host. Default: none. */
  readonly published?: readonly number[];
  /** Capabilities of the one that starts as root. Default: none, and not root. */
  readonly capabilities?: readonly string[];
}

/** TCP ports each workload of the demo may listen on beyond its own loopback, and who may open them. */
const allowed: Readonly<Record<string, Walls>> = {
  edge: { ports: [18080, 18443], from: ["sso", "steward", "portal"], published: [18080, 18443] },
  sso: { ports: [8443, 9000], from: ["edge", "steward", "access", "groupware"] },
  access: { ports: [8443], from: ["edge", "mail", "mailbox", "portal", "sso"] },
  database: { ports: [5432], from: ["sso", "groupware", "lists"] },
  directory: {
    ports: [1636],
    from: ["sso", "steward", "access", "mail", "mailbox", "groupware", "files"],
  },
  portal: { ports: [8443], from: ["edge"] },
  steward: { ports: [9100], from: ["portal"] },
  mail: {
    ports: [2525, 2526, 4465, 5587],
    from: ["groupware", "lists", "mailbox", "steward"],
    published: [18025, 18465, 18587],
    capabilities: ["CHOWN", "DAC_OVERRIDE", "KILL", "SETGID", "SETPCAP", "SETUID"], // decision 0030
  },
  filter: { ports: [11332], from: ["mail"] },
  mailbox: { ports: [2424, 4190, 9443, 9993], from: ["mail", "groupware", "steward"], published: [18190, 18993] },
  lists: { ports: [8024, 8443], from: ["mail", "edge", "steward"] },
  groupware: { ports: [8443, 8444], from: ["edge", "steward"] },
  files: { ports: [8443], from: ["edge"] },
  // A domain controller's global catalogue too: it stands for what is not ours.
  "existing-ad": { ports: [389, 636, 3268, 3269], from: ["directory", "steward"] },
};

/** A server and its client share a network, on which Docker lets either open a connection to the other (decision 0061). */
const backToClients = Object.entries(allowed).flatMap(([server, { from }]) =>
  from.map((client) => `${server} -> ${client}`),
);

/** From here on the kernel hands out ports to who asks somebody, e.g. a name server over UDP. */
const firstPassing = 32_768;

/** Ports open on anything but loopback, TCP and UDP, from the kernel's tables of the container's network. */
function listening(pid: number): number[] {
  const ports = new Set<number>();
  for (const family of ["tcp", "tcp6", "udp", "udp6"]) {
    for (const line of readFileSync(`/proc/${pid}/net/${family}`, "utf8").trim().split("\n").slice(1)) {
      const [, local = "", , state] = line.trim().split(/\s+/);
      const [address = "", port = ""] = local.split(":");
      const loopback = address.endsWith("7F") || address === "00000000000000000000000001000000";
      const mappedLoopback = address.startsWith("0000000000000000FFFF0000") && address.endsWith("7F");
      // Docker's own resolver listens on 127.0.0.11.
      const number = Number.parseInt(port, 16);
      const open = family.startsWith("tcp") ? state === "0A" : state === "07" && number < firstPassing;
      if (open && !loopback && !mappedLoopback) ports.add(number);
    }
  }
  return [...ports].sort((a, b) => a - b);
}

describe("the walls of the running stack", () => {
  let stack: RunningStack;
  let names: string[];
  beforeAll(async () => {
    stack = await openRunning();
    names = stack.outputs.workloads.map((w) => w.name);
  });

  it("runs every workload that the outputs name, and nothing else", async () => {
    const running = (await stack.engine.all()).map((c) => c.Labels["io.planb.workload"]);
    expect(running.sort()).toEqual([...names].sort());
    expect([...names].sort()).toEqual(Object.keys(allowed).sort());
  });

  it("gives no container more rights than it declares", async () => {
    for (const name of names) {
      const { Config, HostConfig } = await stack.engine.inspect(name);
      expect(HostConfig.ReadonlyRootfs, name).toBe(true);
      expect(HostConfig.Privileged, name).toBe(false);
      expect(HostConfig.CapDrop, name).toEqual(["ALL"]);
      const { capabilities } = allowed[name] ?? {};
      expect([...(HostConfig.CapAdd ?? [])].sort(), name).toEqual(capabilities ?? []);
      expect(HostConfig.SecurityOpt, name).toContain("no-new-privileges:true");
      expect(Config.User, name).toMatch(capabilities ? /^0:0$/ : /^[1-9]\d{3}:0$/);
      expect(HostConfig.Memory, name).toBeGreaterThan(0);
      expect(HostConfig.NetworkMode, name).not.toBe("host");
      expect(HostConfig.Binds ?? [], name).not.toContainEqual(expect.stringMatching(/^\//));
    }
  });

  it("listens on declared ports only, and publishes those alone that are meant for everybody", async () => {
    const seen: Record<string, number[]> = {};
    for (const name of names) {
      const { State, NetworkSettings } = await stack.engine.inspect(name);
      seen[name] = listening(State.Pid).filter((port) => !allowed[name]?.ports.includes(port));
      const published = Object.values(NetworkSettings.Ports ?? {}).flatMap((bindings) => bindings ?? []);
      expect(published.map((b) => `${b.HostIp}:${b.HostPort}`).sort(), name).toEqual(
        (allowed[name]?.published ?? []).map((port) => `127.0.0.1:${port}`),
      );
    }
    expect(seen).toEqual(Object.fromEntries(names.map((name) => [name, []])));
  });

  /** Ports of one workload that another can open, tried from within its container. */
  const opened = async (source: string, target: string): Promise<number[]> => {
    const { NetworkSettings } = await stack.engine.inspect(target);
    const addresses = Object.values(NetworkSettings.Networks).flatMap(({ IPAddress }) => IPAddress || []);
    const attempts = addresses.flatMap((ip) => (allowed[target]?.ports ?? []).map((port) => `${ip}/${port}`));
    const script = attempts
      .map((a) => `(timeout 1 bash -c '</dev/tcp/${a}' 2>/dev/null && echo open:${a}) &`)
      .join("\n");
    const { stdout } = await stack.engine.exec(source, ["bash", "-c", `${script}\nwait`]);
    return [...new Set([...stdout.matchAll(/open:\S+\/(\d+)/g)].map(([, port]) => Number(port)))].sort((a, b) => a - b);
  };

  it("lets nobody open a connection who is not declared to, and everybody who is", async () => {
    const reached: string[] = [];
    const shut: string[] = [];
    for (const target of names) {
      const tried = names.map(async (source) => {
        if (source === target) return;
        const ports = await opened(source, target);
        if (!allowed[target]?.from.includes(source)) {
          if (ports.length > 0) reached.push(`${source} -> ${target}`);
        } else if (ports.length < (allowed[target]?.ports.length ?? 0)) shut.push(`${source} -> ${target}: ${ports}`);
      });
      await Promise.all(tried);
    }
    expect(reached.filter((pair) => !backToClients.includes(pair))).toEqual([]);
    expect(shut).toEqual([]);
  });

  /** What a workload's secret files hold, word by word: every made secret is one of at least 24 characters. */
  const secretWords = async (name: string): Promise<string[]> => {
    const read = async (mode: string) => {
      const find = `find -L /config -type f -perm ${mode} -exec cat {} +`;
      const { code, stdout } = await stack.engine.exec(name, ["bash", "-c", find]);
      expect(code, name).toBe(0);
      return stdout.match(/[\w-]{24,}/g) ?? [];
    };
    const open = new Set(await read("444"));
    return (await read("440")).filter((word) => /\d/.test(word) && !open.has(word));
  };

  it("keeps every secret out of environments, arguments, labels and logs", async () => {
    const { outputs, engine, origin } = stack;
    // Outputs give some as addresses, which no log holds whole: what is secret there is the last part.
    const secrets = new Map(Object.entries(outputs.secrets).map(([name, value]) => [value.split("/").at(-1), name]));
    for (const name of names) for (const word of await secretWords(name)) secrets.set(word, `a secret file of ${name}`);
    secrets.set(demoMaster(stack.name), "the master");
    secrets.delete("");
    expect(secrets.size).toBeGreaterThan(60);
    // Links that are secrets are followed before the logs are read, one to a place where it is not known.
    const agent = agentFor(stack.context, 10_000);
    const doors = Object.entries(outputs.secrets).flatMap(([name, url]) => (name.startsWith("door-") ? [url] : []));
    expect(doors).not.toEqual([]);
    for (const door of doors) {
      for (const [url, status] of [
        [door, 200],
        [`${origin("filer")}/d/${door.split("/").at(-1)}`, 404],
      ] as const) {
        const answer = await request(url, { dispatcher: agent });
        await answer.body.dump();
        expect(answer.statusCode).toBe(status);
      }
    }
    await agent.close();
    const found: string[] = [];
    for (const name of names) {
      const info = await engine.inspect(name);
      const { stdout: processes } = await engine.exec(name, [
        "bash",
        "-c",
        "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; tr '\\0' '\\n' <$p/environ; done 2>/dev/null; true",
      ]);
      const places = { inspect: JSON.stringify(info), processes, logs: await engine.logs(name, 20_000) };
      for (const [place, text] of Object.entries(places))
        for (const [value, secret] of secrets)
          if (value && text.includes(value)) found.push(`${secret} in ${name}'s ${place}`);
    }
    expect(found).toEqual([]);
  });
});
