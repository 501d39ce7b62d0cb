import { describe, expect, it } from "vitest";
import { covers, differences } from "./compare.ts";

describe("covers", () => {
  it("takes what the server adds, drops and masks for equal", () => {
    expect(covers({ a: 1 }, { a: 1, b: 2 })).toBe(true);
    expect(covers({ a: "", b: [], c: [""] }, {})).toBe(true);
    expect(covers({ secret: "s" }, { secret: "**********" })).toBe(true);
    expect(covers(["da", "en"], ["en", "da"])).toBe(true);
    expect(covers([{ name: "a" }, { name: "b" }], [{ name: "b", x: 1 }, { name: "a" }])).toBe(true);
  });

  it("sees every other difference", () => {
    expect(covers({ a: 1 }, { a: 2 })).toBe(false);
    expect(covers({ a: 1 }, undefined)).toBe(false);
    expect(covers({ a: "" }, { a: "x" })).toBe(false);
    expect(covers(["a", "a"], ["a", "b"])).toBe(false);
    expect(covers(["a"], ["a", "b"])).toBe(false);
    expect(covers({ a: { b: ["x"] } }, { a: { b: ["y"] } })).toBe(false);
    expect(covers(false, undefined)).toBe(false);
  });
});

describe("differences", () => {
  it("names the fields, sorted", () => {
    expect(differences({ b: 1, a: [1], same: true }, { b: 2, same: true, other: 1 })).toEqual(["a", "b"]);
    expect(differences({ a: 1 }, undefined)).toEqual(["a"]);
  });
});
