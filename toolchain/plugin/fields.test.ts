import { describe, expect, it } from "vitest";
import { containerFields } from "../docker/container/fields.ts";
import { compare, problems } from "./fields.ts";
import { inputsFrom } from "./observed.ts";
import { unknown, wrapSecret } from "./values.ts";

const server = { name: "server", image: "planb/base:0" };

describe("check", () => {
  it("has nothing against what is right, secret or not known yet", () => {
    const inputs = {
      ...server,
      envs: ["TZ=Europe/Copenhagen"],
      memory: 64,
      networksAdvanced: unknown,
      uploads: [{ file: "/config/key.pem", content: wrapSecret(unknown), permissions: "0440" }],
    };
    expect(problems(containerFields, inputs)).toEqual([]);
  });

  it.each([
    [{ image: undefined }, "image", "is required"],
    [{ memory: "64" }, "memory", 'expected a whole number, got "64"'],
    [{ memory: 1 }, "memory", "expected 6 MiB or more, got 1"],
    [{ cpus: "half" }, "cpus", 'expected cores like "0.5", got "half"'],
    [{ envs: ["TZ"] }, "envs[0]", 'expected "NAME=value", got "TZ"'],
    [{ memorySwop: 64 }, "memorySwop", 'did you mean "memorySwap"?'],
    [{ devices: [] }, "devices", "not covered by planb's own plug-in"],
    [{ volumes: [{ hostPath: "/etc", volumeName: "x", containerPath: "/x" }] }, "volumes[0].hostPath", "not covered"],
    [{ ports: [{ external: 443 }] }, "ports[0].internal", "is required"],
    [{ ports: [{ internal: 443, ip: "localhost" }] }, "ports[0].ip", "an IP address of the host"],
    [{ uploads: [{ file: "/a" }] }, "uploads[0]", "needs either content or contentBase64"],
    [{ uploads: [{ file: "a", content: "" }] }, "uploads[0].file", "an absolute path"],
    [{ healthcheck: { tests: ["NONE"], interval: "10" } }, "healthcheck.interval", "a duration"],
    [{ tmpfs: { "/tmp": 1 } }, "tmpfs./tmp", "expected a string, got 1"],
  ])("names the property in %o", (wrong, property, reason) => {
    const inputs = Object.fromEntries(Object.entries({ ...server, ...wrong }).filter(([, v]) => v !== undefined));
    const found = problems(containerFields, inputs as never);
    expect(found).toHaveLength(1);
    expect(found[0]?.property).toBe(property);
    expect(found[0]?.reason).toContain(reason);
  });
});

describe("diff", () => {
  const differs = (olds: object, news: object) =>
    compare(containerFields, { ...server, ...olds } as never, { ...server, ...news } as never);

  it.each([
    [{ envs: ["A=1", "B=2"] }, { envs: ["B=2", "A=1"] }],
    [{ restart: "no", readOnly: false, envs: [], tmpfs: {} }, {}],
    [
      { ports: [{ internal: 1, external: 2 }] },
      { ports: [{ internal: 1, external: 2, ip: "0.0.0.0", protocol: "tcp" }] },
    ],
    [{ capabilities: { drops: ["ALL"], adds: [] } }, { capabilities: { drops: ["ALL"] } }],
    [{ uploads: wrapSecret([{ file: "/a", content: "x" }]) }, { uploads: [{ file: "/a", content: wrapSecret("x") }] }],
  ])("sees that %o and %o mean the same", (olds, news) => {
    expect(differs(olds, news)).toEqual([]);
  });

  it("tells what an existing container takes from what replaces it", () => {
    expect(differs({ memory: 64, command: ["a", "b"] }, { memory: 96, command: ["b", "a"], cpus: "1" })).toEqual([
      { property: "command", kind: "update", replace: true },
      { property: "memory", kind: "update", replace: false },
      { property: "cpus", kind: "add", replace: false },
    ]);
  });

  it("takes a value that is not known yet for another one, and a changed secret", () => {
    expect(differs({ networksAdvanced: [{ name: "a" }] }, { networksAdvanced: [{ name: unknown }] })).toHaveLength(1);
    const upload = (content: string) => ({ uploads: [{ file: "/a", content: wrapSecret(content) }] });
    expect(differs(upload("x"), upload("y"))).toEqual([{ property: "uploads", kind: "update", replace: true }]);
  });
});

describe("what was found in reality", () => {
  it("keeps the old words where they mean the same, and the secret where they do not", () => {
    const olds = { ...server, envs: wrapSecret(["A=1"]), memory: 64, waitTimeout: 30 };
    const observed = { name: "server", image: "planb/base:1", envs: ["A=2"], memory: 64, restart: "no" };
    expect(inputsFrom(containerFields, olds, observed)).toEqual({
      name: "server",
      image: "planb/base:1",
      envs: wrapSecret(["A=2"]),
      memory: 64,
      waitTimeout: 30,
    });
  });
});
