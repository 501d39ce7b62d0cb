import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import type { Workload } from "../../model/index.ts";
import { TestStack } from "./engine.ts";

/** Answers "name user:group" to whoever connects to port 8443; every image has Perl's core. */
const serve = (name: string) => [
  "perl",
  "-MIO::Socket::INET",
  "-e",
  `$s = IO::Socket::INET->new(LocalPort => 8443, Listen => 9, ReuseAddr => 1) or die $!;
   while ($c = $s->accept) { print $c "${name}\\n"; close $c }`,
];
const common = {
  image: "base",
  ready: { tcp: 8443, everySeconds: 1 },
  memoryMiB: 32,
  cpu: 0.5,
  user: 1042,
  reachableFrom: [],
} as const;
const hostPort = 18_799;

const server: Workload = {
  ...common,
  name: "server",
  command: serve("server"),
  files: { "a/plain.txt": "Ærø\n" },
  secretFiles: { "secrets/key": "hemmelig" },
  ports: [{ name: "https", port: 8443, hostPort }],
  publicNames: ["start.example.dk"],
  reachableFrom: ["client"],
  writablePaths: ["/tmp"],
};
const client: Workload = { ...common, name: "client", command: serve("client") };
const stranger: Workload = { ...common, name: "stranger", command: serve("stranger") };

describe("what the Docker renderer promises, on an engine", () => {
  const stack = new TestStack("contract");
  const ask = (from: string, host: string) =>
    stack.exec(from, ["bash", "-c", `exec 3<>/dev/tcp/${host}/8443 && cat <&3`]);

  beforeAll(async () => {
    await buildImages(() => {}, ["base"]);
    for (const workload of [server, client, stranger]) await stack.run(workload);
    for (const { name } of [server, client, stranger]) await stack.ready(name);
  });
  afterAll(() => stack.remove());

  it("lays files below /config with their modes, readable by the workload and not writable", async () => {
    const seen = await stack.exec("server", [
      "bash",
      "-c",
      "stat -c '%n %a %u:%g' /config/a/plain.txt /config/secrets/key; cat /config/a/plain.txt /config/secrets/key; echo x > /config/a/plain.txt",
    ]);
    expect(seen.stdout).toBe("/config/a/plain.txt 444 0:0\n/config/secrets/key 440 0:0\nÆrø\nhemmelig");
    expect(seen.stderr).toContain("Permission denied");
  });

  it("gives scratch space that runs nothing, and a root that takes nothing", async () => {
    const tried = await stack.exec("server", [
      "bash",
      "-c",
      "cp /bin/true /tmp/x && /tmp/x; echo x > /x; id -u; id -g",
    ]);
    expect(tried.stderr).toMatch(/\/tmp\/x: Permission denied[\s\S]*\/x: (Read-only|Permission)/);
    expect(tried.stdout).toBe("1042\n0\n");
  });

  it("lets the workloads listed in, by name and by public name, and nobody else", async () => {
    expect((await ask("client", "server")).stdout).toBe("server\n");
    expect((await ask("client", "start.example.dk")).stdout).toBe("server\n");
    const address = Object.values((await stack.inspect("server")).NetworkSettings.Networks)[0]?.IPAddress;
    for (const host of ["server", address]) {
      const refused = await stack.exec("stranger", ["timeout", "3", "bash", "-c", `</dev/tcp/${host}/8443`]);
      expect(refused.code, host).not.toBe(0);
    }
  });

  it("publishes on the host's address", async () => {
    const answer = await fetchLine("127.0.0.1", hostPort);
    expect(answer).toBe("server\n");
  });

  it("leads nobody outside without egress", async () => {
    const outside = await stack.docker.listNetworks({ filters: JSON.stringify({ name: ["planb-test-contract-"] }) });
    const ways = outside.map(({ Name, Internal, Options }) => ({
      Name,
      outward: !Internal && Options?.["com.docker.network.bridge.enable_ip_masquerade"] !== "false",
    }));
    expect(ways).toEqual(
      expect.arrayContaining([
        { Name: "planb-test-contract-server.client", outward: false },
        { Name: "planb-test-contract-server-host", outward: false },
      ]),
    );
    expect((await stack.inspect("stranger")).HostConfig.NetworkMode).toBe("none");
    expect((await stack.exec("stranger", ["cat", "/proc/net/route"])).stdout.trim().split("\n")).toHaveLength(1);
  });

  it("takes changed files and secrets into a new container", async () => {
    await stack.run({ ...server, files: { "b.txt": "ny" }, secretFiles: { "secrets/key": "ny hemmelighed" } });
    const seen = await stack.exec("server", ["bash", "-c", "ls -R /config; cat /config/secrets/key"]);
    expect(seen.stdout).toContain("ny hemmelighed");
    expect(seen.stdout).not.toContain("plain.txt");
    await stack.run({ ...server, files: { "b.txt": "ny" }, secretFiles: { "secrets/key": "igen" } });
    expect((await stack.exec("server", ["cat", "/config/secrets/key"])).stdout).toBe("igen");
  });
});

/** What a TCP server says before it hangs up. */
async function fetchLine(host: string, port: number): Promise<string> {
  let text = "";
  for await (const chunk of connect(port, host)) text += String(chunk);
  return text;
}
