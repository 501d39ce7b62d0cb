import { describe, expect, it } from "vitest";
import { root } from "../paths.ts";
import { pulumiPackages } from "./packages.ts";
import { nodeArguments } from "./run.ts";

describe("nodeArguments", () => {
  it.each([
    [undefined, []],
    ["--import tsx", ["--import", "tsx"]],
    ["  --max-old-space-size=200   --import tsx ", ["--max-old-space-size=200", "--import", "tsx"]],
    [`--title "to ord" --require='./a b.js'`, ["--title", "to ord", "--require=./a b.js"]],
  ])("reads %o", (nodeargs, expected) => {
    expect(nodeArguments({ nodeargs })).toEqual(expected);
  });
});

describe("pulumiPackages", () => {
  it("finds the providers that installed SDK packages ask for", () => {
    expect(pulumiPackages(root)).toContainEqual({ name: "docker", version: "5.2.0" });
  });
});
