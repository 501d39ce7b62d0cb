import { describe, expect, it } from "vitest";
import { checkWorkload } from "./check.ts";
import type { Workload } from "./workload.ts";

const good: Workload = {
  name: "portal",
  image: "portal",
  files: { "portal.json": "{}" },
  secretFiles: { "tls/key.pem": "k" },
  volumes: [{ name: "data", path: "/data", sizeGiB: 1, backup: { none: "a cache" } }],
  ports: [{ name: "https", port: 8443 }],
  ready: { tcp: 8443 },
  memoryMiB: 64,
  cpu: 0.1,
  user: 1005,
  writablePaths: ["/tmp"],
  reachableFrom: ["edge"],
};

const problems = (changes: Partial<Workload>): string[] => {
  try {
    checkWorkload({ ...good, ...changes });
  } catch (error) {
    return (error as Error).message.split("\n").map((line) => line.replace('workload "portal": ', ""));
  }
  return [];
};

describe("checkWorkload", () => {
  it("passes a right one", () => expect(problems({})).toEqual([]));

  it.each<[Partial<Workload>, string]>([
    [{ name: "Portal" }, 'workload "Portal": name: expected a DNS label of at most 30 characters, got "Portal"'],
    [{ user: 0 }, "user: expected 1 to 65533 (0 only with capabilities), got 0"],
    [{ memoryMiB: 8 }, "memoryMiB: expected 16 or more, got 8"],
    [{ cpu: 0 }, "cpu: expected 0.01 or more, got 0"],
    [{ ready: { tcp: 1, withinSeconds: 0.5 } }, "ready: expected whole seconds, got 0.5"],
    [{ env: { "A-B": "" } }, 'env: not a name: "A-B"'],
    [{ capabilities: ["CAP_CHOWN"] }, 'capabilities: expected a name like "NET_BIND_SERVICE", got "CAP_CHOWN"'],
    [{ log: { maxMiB: 0, files: 1 } }, "log: expected 1 or more, got 0"],
    [{ files: { "/etc/x": "" } }, 'files: expected a relative path, got "/etc/x"'],
    [{ files: { "a/../b": "" } }, 'files: expected a relative path, got "a/../b"'],
    [{ files: { "tls/key.pem": "" } }, 'files: "tls/key.pem" stands there twice'],
    [{ files: { tls: "" } }, 'files: "tls" is a folder of another file'],
    [{ writablePaths: ["/data/tmp"] }, 'paths: "/data/tmp" lies in another volume or scratch path'],
    [{ writablePaths: ["/config"] }, 'paths: "/config" lies in another volume or scratch path'],
    [{ writablePaths: ["tmp"] }, 'paths: expected an absolute path, got "tmp"'],
    [
      { volumes: [{ name: "config", path: "/c", sizeGiB: 1, backup: "daily" }] },
      'volumes: expected a DNS label other than "config", got "config"',
    ],
    [
      { volumes: [{ name: "a", path: "/c", sizeGiB: 1, backup: { none: " " } }] },
      "volumes.a.backup: expected a reason",
    ],
    [
      { volumes: [{ name: "a", path: "/c", sizeGiB: 0, backup: "daily" }] },
      "volumes.a.sizeGiB: expected 1 or more, got 0",
    ],
    [{ ports: [{ name: "https", port: 0 }] }, "ports.https: expected 1 to 65535"],
    [
      {
        ports: [
          { name: "a", port: 1, hostPort: 80 },
          { name: "b", port: 2, hostPort: 80 },
        ],
      },
      'ports: "80/tcp" stands there twice',
    ],
    [{ ports: [] }, "reachableFrom: nobody can reach a workload without ports"],
    [{ reachableFrom: ["portal"] }, `reachableFrom: expected another workload's name, got "portal"`],
    [{ publicNames: ["start.ærø.dk"] }, 'publicNames: expected a DNS name, got "start.ærø.dk"'],
    [{ egress: [{ host: "dc1", port: 636, why: "" }] }, 'egress: expected host, port and reason, got "dc1:636"'],
  ])("refuses %j", (changes, message) => {
    expect(problems(changes)).toContain(message);
  });

  it("tells every problem at once", () => expect(problems({ user: 0, cpu: -1 })).toHaveLength(2));
});
