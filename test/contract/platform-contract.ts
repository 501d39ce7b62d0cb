import { isSecret, secret } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { Mode, Workload } from "../../model/index.ts";
import type { Observe } from "./observation.ts";

/** Cases a platform does not keep, each with its reason. */
export interface Skip {
  readonly reason: string;
  /** Titles of the cases. */
  readonly tests: readonly string[];
}

const ugly = `Ærø & "Søn's" $HOME $(NAME) $$ \${x} \\n\n100 %`;

const server: Workload = {
  name: "server",
  image: "engine",
  command: ["serve", "--title", ugly],
  env: { TITLE: ugly, A: "" },
  files: { "server.json": ugly, "tls/cert.pem": "CERT", "mange ord.txt": "x" },
  secretFiles: { "tls/key.pem": "hemmelig-nøgle", "secrets/a_b": "1", "secrets/a-b": "2", "secrets/a/b": "3" },
  volumes: [
    { name: "data", path: "/data", sizeGiB: 3, backup: "daily" },
    { name: "cache", path: "/var/cache/x", sizeGiB: 1, backup: { none: "made again" } },
  ],
  ports: [
    { name: "https", port: 8443, hostPort: 443 },
    { name: "dns", port: 5353, hostPort: 53, protocol: "udp" },
    { name: "metrics", port: 9000 },
  ],
  publicNames: ["start.example.dk"],
  ready: { exec: ["check", "$HOME"], withinSeconds: 90, everySeconds: 7 },
  memoryMiB: 192,
  cpu: 0.25,
  user: 1042,
  writablePaths: ["/tmp", "/run/x"],
  reachableFrom: ["client"],
  egress: [{ host: "192.0.2.77", port: 636, why: "directory" }],
  log: { maxMiB: 5, files: 4 },
};
const small = { image: "engine", ready: { tcp: 8443 }, memoryMiB: 32, cpu: 1, user: 1043, reachableFrom: [] } as const;
const client: Workload = { ...small, name: "client", ready: { http: { port: 80, path: "/x" } }, asleepIn: [] };
const stranger: Workload = { ...small, name: "stranger" };

/**
 * What a workload may rely on whatever the platform. One suite for both renderers; each tells by its adapter what came out.
 *
 * @param skip kept empty: a case that one platform cannot keep is no part of the Workload
 */
export function platformContract(platform: string, observe: Observe, skip: readonly Skip[]): void {
  const options = { images: { engine: "planb/engine:0123456789ab" }, hostAddress: "192.0.2.10" };
  const stack = (changes: Partial<Workload> = {}, mode: Mode = "active") =>
    observe([{ ...server, ...changes }, client, stranger], { ...options, mode });
  const seen = (changes: Partial<Workload> = {}) => {
    const found = stack(changes).workload("server");
    if (found === undefined) throw new Error("server does not run");
    return found;
  };
  const test = (title: string, body: () => unknown) => {
    const skipped = skip.find((s) => s.tests.includes(title));
    if (skipped) it.skip(`${title} (${skipped.reason})`, () => {});
    else it(title, body as () => void);
  };

  describe(`platform contract: ${platform}`, () => {
    test("runs the image of the content tag, and refuses one without a recipe", () => {
      expect(seen().image).toBe("planb/engine:0123456789ab");
      expect(() => seen({ image: "nosuch" })).toThrow('server: image "nosuch" has no recipe in images/');
    });
    test("passes arguments and environment unharmed", () => {
      expect(seen().arguments).toEqual(["serve", "--title", ugly]);
      expect(seen().env).toEqual({ TITLE: ugly, A: "" });
      expect(stack().workload("client")?.arguments).toBeUndefined();
    });
    test("runs as the user named and group 0, without privileges and with a read-only root", () => {
      expect(seen()).toMatchObject({ user: 1042, group: 0, readOnlyRoot: true, mayGainPrivileges: false });
      expect(seen().capabilities).toEqual({ drop: ["ALL"], add: [] });
      expect(seen({ capabilities: ["CHOWN"] }).capabilities).toEqual({ drop: ["ALL"], add: ["CHOWN"] });
    });
    test("limits memory and processor", () => expect(seen()).toMatchObject({ memoryMiB: 192, cpu: 0.25 }));
    test("gives scratch space at the paths named only", () => {
      expect(seen().scratch).toEqual(["/tmp", "/run/x"]);
      expect(stack().workload("client")?.scratch).toEqual([]);
    });
    test("lays every file at its path below /config with its mode", () => {
      const files = [...seen().files].sort((a, b) => (a.path < b.path ? -1 : 1));
      expect(files).toEqual([
        { path: "/config/mange ord.txt", mode: "0444", content: "x" },
        { path: "/config/secrets/a-b", mode: "0440", content: "2" },
        { path: "/config/secrets/a/b", mode: "0440", content: "3" },
        { path: "/config/secrets/a_b", mode: "0440", content: "1" },
        { path: "/config/server.json", mode: "0444", content: ugly },
        { path: "/config/tls/cert.pem", mode: "0444", content: "CERT" },
        { path: "/config/tls/key.pem", mode: "0440", content: "hemmelig-nøgle" },
      ]);
    });
    test("keeps secrets secret, and out of everything but their files", async () => {
      expect(seen().plain).not.toContain("hemmelig");
      expect(seen().plain).not.toContain(Buffer.from("hemmelig").toString("base64").slice(0, 8));
      const [file] = seen({ files: {}, secretFiles: { key: secret("hemmelig") } }).files;
      expect(await isSecret(file?.content as never)).toBe(true);
    });
    test("replaces the workload when a plain file or the set of files changes", () => {
      const before = seen().filesVersion;
      expect(seen().filesVersion).toEqual(before);
      expect(seen({ files: { ...server.files, "server.json": "other" } }).filesVersion).not.toEqual(before);
      expect(seen({ secretFiles: { only: "one" } }).filesVersion).not.toEqual(before);
    });
    test("mounts each volume, tells how it is backed up, and keeps it while the workload sleeps", () => {
      const volumes = [
        { name: "server-data", path: "/data", backup: "daily" },
        { name: "server-cache", path: "/var/cache/x", backup: "none: made again" },
      ];
      expect(seen().volumes).toEqual(volumes);
      const kept = stack({}, "dormant").volumesOf("server");
      expect(kept.map((v) => v.name)).toEqual(["server-data", "server-cache"]);
    });
    test("publishes the ports with a host port on the stack's address, and no others", () => {
      expect(stack().published("server")).toEqual(["192.0.2.10 443/tcp -> 8443", "192.0.2.10 53/udp -> 5353"]);
      expect(stack().published("client")).toEqual([]);
    });
    test("opens declared ports to the workloads listed, and is closed to the others", () => {
      expect(stack().canReach("client", "server", 9000)).toBe(true);
      expect(stack().canReach("client", "server", 22)).toBe(false);
      expect(stack().canReach("stranger", "server", 9000)).toBe(false);
      expect(stack().canReach("server", "stranger", 8443)).toBe(false);
    });
    test("keeps those that may reach the same workload apart from each other", () => {
      const listening = { ports: [{ name: "https", port: 8443 }] };
      const clients = [client, stranger].map((workload) => ({ ...workload, ...listening }));
      const both = observe([{ ...server, reachableFrom: ["client", "stranger"] }, ...clients], {
        ...options,
        mode: "active",
      });
      expect(both.canReach("client", "server", 8443)).toBe(true);
      expect(both.canReach("stranger", "server", 8443)).toBe(true);
      expect(both.canReach("client", "stranger", 8443)).toBe(false);
      expect(both.canReach("stranger", "client", 8443)).toBe(false);
    });
    test("lets those that may reach a workload find it by its name", () => {
      expect(stack().finds("client", "server")).toBe(true);
      expect([true, undefined]).toContain(stack().finds("client", "start.example.dk"));
    });
    test("leads outside only where egress is declared", () => {
      expect(stack().canReachOutside("server", "192.0.2.77", 636)).toBe(true);
      expect(stack({ egress: [] }).canReachOutside("server", "192.0.2.77", 636)).toBe(false);
      expect(stack().canReachOutside("client", "192.0.2.77", 636)).toBe(false);
      expect(stack().canReachOutside("stranger", "192.0.2.77", 636)).toBe(false);
    });
    test("asks inside the container whether it is ready", () => {
      expect(seen().ready).toEqual({ command: ["check", "$HOME"], withinSeconds: 90, everySeconds: 7 });
      expect(stack().workload("stranger")?.ready).toEqual({
        command: ["bash", "-c", "</dev/tcp/127.0.0.1/8443"],
        withinSeconds: 60,
        everySeconds: 10,
      });
      expect(stack().workload("client")?.ready.command.at(-1)).toBe("http://127.0.0.1:80/x");
    });
    test("sleeps in dormant unless it says otherwise", () => {
      const dormant = stack({}, "dormant");
      expect(dormant.workload("server")).toBeUndefined();
      expect(dormant.workload("client")).toBeDefined();
      expect(stack({ asleepIn: ["active"] }).workload("server")).toBeUndefined();
    });
    test("stops in its own time and keeps a bounded log", () => {
      expect(seen()).toMatchObject({ stopSeconds: 30, logMiB: 20 });
      expect(stack().workload("client")?.logMiB).toBe(30);
    });
  });
}
