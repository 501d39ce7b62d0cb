import { describe, expect, it } from "vitest";
import { sharedNetworks } from "./networks.ts";

/** A stack of the usual kind: pages behind a gateway, all of them asking one directory. */
const stack = [
  { name: "edge", reachableFrom: ["sso"] },
  { name: "sso", reachableFrom: ["edge", "groupware"] },
  { name: "groupware", reachableFrom: ["edge"] },
  { name: "files", reachableFrom: ["edge"] },
  { name: "directory", reachableFrom: ["sso", "groupware", "files"] },
  { name: "filter", reachableFrom: ["mail"] },
  { name: "clock", reachableFrom: [] },
];
const pairs = (members: readonly string[]) =>
  members.flatMap((a) => members.filter((b) => a !== b).map((b) => `${a} ${b}`));
const declared = new Set(stack.flatMap(({ name, reachableFrom }) => reachableFrom.map((from) => `${from} ${name}`)));

describe("sharedNetworks", () => {
  it("merges pairs where all know each other, and only there", () => {
    expect(sharedNetworks(stack)).toEqual([
      ["directory", "files"],
      ["directory", "groupware", "sso"],
      ["edge", "files"],
      ["edge", "groupware", "sso"],
    ]);
  });

  it("joins everybody declared, and no two clients of one server", () => {
    const met = new Set(sharedNetworks(stack).flatMap(pairs));
    expect([...declared].filter((pair) => !met.has(pair))).toEqual(["mail filter"]);
    const strangers = [...met].filter(
      (pair) => !declared.has(pair) && !declared.has(pair.split(" ").reverse().join(" ")),
    );
    expect(strangers).toEqual([]);
  });

  it("says the same whatever the order, and nothing for who talks to nobody", () => {
    expect(sharedNetworks([...stack].reverse())).toEqual(sharedNetworks(stack));
    expect(sharedNetworks([{ name: "clock", reachableFrom: [] }])).toEqual([]);
  });
});
