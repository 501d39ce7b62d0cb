import { describe, expect, it } from "vitest";
import { z } from "zod";
import { stackFileDocument } from "./document.ts";
import { jsonSchema } from "./json-schema.ts";

const sections = {
  edge: z
    .strictObject({
      certificate: z
        .discriminatedUnion("kind", [
          z.strictObject({ kind: z.literal("internal") }).describe("The stack's own"),
          z.strictObject({ kind: z.literal("file"), chain: z.string().describe("PEM file") }).describe("A file"),
        ])
        .default({ kind: "internal" })
        .describe("Where it comes from. Default: the stack's own"),
      days: z.int().min(0).max(730).default(365).describe("Days | of HSTS"),
      from: z.array(z.ipv4()).max(9).default([]).describe("Who may. Default: none"),
      targets: z.record(z.string(), z.number().min(0).max(1)).optional().describe("Share by group"),
    })
    .prefault({})
    .describe("The gateway"),
};

const lines = stackFileDocument(jsonSchema(sections)).split("\n");
const row = (setting: string) => lines.find((line) => line.startsWith(`| \`${setting}\` |`));

describe("stackFileDocument", () => {
  it.each([
    ["municipality", '| Name shown to people, e.g. "Ringsted Kommune" | text, at most 100 characters | **required** |'],
    ["host.httpsPort", "| Port of all web pages | whole number, 1 to 65535 | 443 |"],
    ["edge.days", "| Days \\| of HSTS | whole number, 0 to 730 | `365` |"],
    ["edge.from", "| Who may | list of IPv4 address, at most 9 entries | none |"],
    ["edge.targets", "| Share by group | map of number, 0 to 1 | not set |"],
    ["edge.certificate", "| Where it comes from | section | the stack's own |"],
    ["edge.certificate: {kind: file}", "| A file | one way |  |"],
    ["edge.certificate.chain", "| PEM file | text | **required** |"],
  ])("tells meaning, allowed values and default of %s", (setting, rest) => {
    expect(row(setting)).toBe(`| \`${setting}\` ${rest}`);
  });

  it("has a heading a section, and says which one is required", () => {
    expect(lines).toContain("## edge");
    expect(lines).toContain("The gateway.");
    expect(lines).toContain("Where the stack is reached. **Required.**");
  });
});
