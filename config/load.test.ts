import { describe, expect, it } from "vitest";
import { z } from "zod";
import { UserError } from "../model/errors.ts";
import { stackIdentity } from "./identity.ts";
import { parseStack } from "./load.ts";

const sections = {
  sso: z
    .strictObject({ secondFactor: z.enum(["all", "none"]).default("all"), memoryMiB: z.int().default(448) })
    .prefault({}),
};

const good = `
municipality: Ærøskøbing "By" & Omegn's Kommune
domain: planb.aeroe.dk
host: {address: 192.0.2.10}
`;

const problems = (text: string): string[] => {
  try {
    parseStack(text, "stacks/x.yaml", sections);
  } catch (error) {
    if (error instanceof UserError) return error.message.split("\n").slice(0, -1);
    throw error;
  }
  return [];
};

describe("parseStack", () => {
  it("completes a short file and leaves ugly names unharmed", () => {
    expect(parseStack(good, "stacks/x.yaml", sections)).toEqual({
      municipality: `Ærøskøbing "By" & Omegn's Kommune`,
      domain: "planb.aeroe.dk",
      mode: "active",
      platform: "docker",
      language: "da",
      host: { address: "192.0.2.10", httpPort: 80, httpsPort: 443 },
      sso: { secondFactor: "all", memoryMiB: 448 },
    });
  });

  it("tells every problem at once, with path, what is allowed and the value given", () => {
    const text = `
municipality: "a\\nb"
domain: Ringsted kommune
mode: sleeping
host: {address: localhost, httpsPort: 70000}
sso: {secondFactr: all}
emoji: 1
`;
    expect(problems(text)).toEqual([
      'stacks/x.yaml: municipality: expected text without line breaks or control characters, got "a\\nb"',
      'stacks/x.yaml: domain: expected a DNS name like "ringsted.dk", got "Ringsted kommune"',
      'stacks/x.yaml: mode: expected "dormant" or "active", got "sleeping"',
      'stacks/x.yaml: host.address: expected an IP address like "192.0.2.10", got "localhost"',
      "stacks/x.yaml: host.httpsPort: expected at most 65535, got 70000",
      'stacks/x.yaml: sso.secondFactr: unknown key, did you mean "secondFactor"?',
      "stacks/x.yaml: emoji: unknown key; allowed: municipality, domain, mode, platform, kubernetes, language, host, sso",
    ]);
  });

  it("names what is missing", () => {
    expect(problems("domain: a.dk")).toEqual([
      "stacks/x.yaml: municipality: required, expected string",
      "stacks/x.yaml: host: required, expected object",
    ]);
  });

  it("tells line and column of broken YAML, and refuses doubled keys", () => {
    expect(() => parseStack("a: [", "stacks/x.yaml", sections)).toThrow(/^stacks\/x\.yaml:\d+:\d+: not valid YAML/);
    expect(() => parseStack("mode: active\nmode: dormant\n", "stacks/x.yaml", sections)).toThrow(
      /duplicated mapping key/,
    );
  });

  it("refuses an absurdly large file and an empty one", () => {
    expect(() => parseStack("#".repeat(300_000), "stacks/x.yaml", sections)).toThrow(/at most 256 KiB, got 293 KiB/);
    expect(() => parseStack("", "stacks/x.yaml", sections)).toThrow(UserError);
  });

  it("gives the same text for composed and decomposed letters", () => {
    const file = parseStack(good.replace("Ærøskøbing", "A\u030alborg"), "stacks/x.yaml", sections);
    expect(file.municipality).toContain("\u00c5lborg");
  });
});

describe("stackIdentity", () => {
  it("leaves out the port only when it is 443", () => {
    const config = parseStack(good, "stacks/x.yaml", sections);
    expect(stackIdentity("aeroe", config).origin("start")).toBe("https://start.planb.aeroe.dk");
    const other = { ...config, host: { ...config.host, httpsPort: 8443 } };
    expect(stackIdentity("aeroe", other).origin("login")).toBe("https://login.planb.aeroe.dk:8443");
  });
});
