import { describe, expect, it } from "vitest";
import { derive, masterMinLength } from "./derive.ts";
import { UserError } from "./errors.ts";

describe("derive", () => {
  it("gives the same secret for the same master and label, and another for any other", () => {
    const master = "x".repeat(masterMinLength);
    expect(derive(master, "lists/rest/1")).toBe(derive(master, "lists/rest/1"));
    expect(derive(master, "lists/rest/1")).toHaveLength(32);
    expect(derive(master, "lists/rest/2")).not.toBe(derive(master, "lists/rest/1"));
    expect(derive(`${master}y`, "lists/rest/1")).not.toBe(derive(master, "lists/rest/1"));
  });

  it("refuses a master that is missing or short: there is no fallback", () => {
    expect(() => derive("", "a/1")).toThrow(UserError);
    expect(() => derive("short", "a/1")).toThrow(/expected at least 43 characters, got 5/);
  });
});
