import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { authority } from "../model/index.ts";
import { confirm } from "./ask.ts";
import { declareCommands } from "./commands.ts";
import { main } from "./index.ts";

// A command loads its libraries when it is run first; on a busy machine that takes a while.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let out: string;
let err: string;

const planb = (...words: string[]): Promise<number> => main(["node", "planb", ...words]);
const given = ["--municipality", `Ærø "By" & Omegn's`, "--domain", "planb.aeroe.dk", "--address", "192.0.2.10"];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "planb-cli-"));
  out = "";
  err = "";
  vi.stubEnv("PLANB_STACKS_DIR", folder);
  vi.stubEnv("CI", "1"); // nobody to ask
  const keepOut = (text: unknown) => {
    out += String(text);
    return true;
  };
  const keepErr = (text: unknown) => {
    err += String(text);
    return true;
  };
  vi.spyOn(console, "log").mockImplementation((line = "") => void keepOut(`${line}\n`));
  vi.spyOn(console, "error").mockImplementation((line = "") => void keepErr(`${line}\n`));
  vi.spyOn(process.stdout, "write").mockImplementation(keepOut);
  vi.spyOn(process.stderr, "write").mockImplementation(keepErr);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe("planb", () => {
  it("lists every command in its help", async () => {
    expect(await planb("--help")).toBe(0);
    const program = new Command().enablePositionalOptions();
    declareCommands(program, () => undefined);
    expect(program.commands.length).toBeGreaterThan(15);
    for (const command of program.commands) {
      expect(out).toMatch(new RegExp(`^  ${command.name()}\\b`, "m"));
      expect(command.summary(), command.name()).not.toBe("");
    }
  });

  it("tells its version", async () => {
    expect(await planb("--version")).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("takes --yes for every command, as the launcher does, and agrees to nothing because of CI", async () => {
    const program = new Command().enablePositionalOptions();
    declareCommands(program, () => undefined);
    const leaves = program.commands.flatMap((one) => [one, ...one.commands]);
    const without = leaves.filter(({ options }) => !options.some(({ long }) => long === "--yes"));
    expect(without.map((command) => command.name())).toEqual(["directory"]); // its options are the steward's
    await expect(confirm("Go on?", undefined)).rejects.toThrow("repeat with --yes");
    expect(await confirm("Go on?", true)).toBe(true);
  });

  it("ends with 2 on wrong usage and names what is wrong", async () => {
    expect(await planb("upp", "demo")).toBe(2);
    expect(err).toMatch(/unknown command 'upp'/);
    expect(await planb("up")).toBe(2);
    expect(err).toMatch(/missing required argument 'stack'/);
    expect(await planb("check", "--jsn")).toBe(2);
    expect(err).toMatch(/unknown option '--jsn'/);
    for (const [words, wrong] of [
      [["mode", "nowhere", "asleep"], "'asleep' is invalid .* Allowed choices are dormant, active"],
      [["secret", "nowhere", "master"], "'master' is invalid .* Allowed choices are print, break-glass"],
      [["test", "everything"], "'everything' is invalid .* Allowed choices are check, unit, engine, e2e, bare"],
      [["test", "bare", "--only", "down"], "'down' is invalid. Allowed choices are up, test"],
    ] as const) {
      expect(await planb(...words)).toBe(2);
      expect(err).toMatch(new RegExp(wrong));
    }
  });

  it("ends with 1 on what the user can mend", async () => {
    expect(await planb("up", "nowhere")).toBe(1);
    expect(err).toMatch(/nowhere\.yaml: no such stack file; make one with: \.\/planb new nowhere/);
    expect(await planb("logs", "nowhere", "edge", "--lines", "all")).toBe(1);
    expect(err).toMatch(/--lines: expected a whole number, got "all"/);
  });
});

describe("planb new", () => {
  it("writes a commented stack file that passes its own check, and never overwrites one", async () => {
    expect(await planb("new", "aeroe", ...given, "--set", "host.httpsPort=8443")).toBe(0);
    const text = readFileSync(join(folder, "aeroe.yaml"), "utf8");
    expect(text).toMatch(/^# yaml-language-server: \$schema=.*planb\.schema\.json\n/);
    expect(text).toContain(`municipality: Ærø "By" & Omegn's\n`);
    expect(text).toContain("  httpsPort: 8443\n");
    expect(text).toContain("  # httpPort: 80\n");
    expect(await planb("check", "aeroe")).toBe(0);
    expect(await planb("new", "aeroe", ...given)).toBe(1);
    expect(err).toMatch(/there is a stack of this name already; nothing was written/);
    expect(readFileSync(join(folder, "aeroe.yaml"), "utf8")).toBe(text);
  });

  it("names every setting that is missing, with its flag", async () => {
    expect(await planb("new", "aeroe", "--domain", "planb.aeroe.dk")).toBe(1);
    expect(err).toMatch(/--municipality {2}Name shown to people/);
    expect(err).toMatch(/--address {2}Address of this host/);
    expect(err).not.toMatch(/--domain/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses what the stack file would refuse", async () => {
    expect(await planb("new", "Ærø", ...given)).toBe(1);
    expect(err).toMatch(/stack name "Ærø"/);
    expect(await planb("new", "aeroe", ...given, "--set", "host.httpPrt=1")).toBe(1);
    expect(err).toMatch(/host\.httpPrt: unknown key, did you mean "httpPort"/);
    expect(await planb("new", "aeroe", ...given, "--set", "host")).toBe(1);
    expect(err).toMatch(/--set host: expected a setting and its value/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("planb check", () => {
  it("tells every problem of every file", async () => {
    await planb("new", "aeroe", ...given);
    writeFileSync(join(folder, "koege.yaml"), "municipality: Køge\ndomain: Køge kommune\nmode: sleeping\n");
    out = "";
    expect(await planb("check", "--json")).toBe(1);
    const stacks = JSON.parse(out) as { stack: string; ok: boolean; problems: string[] }[];
    expect(stacks.map(({ stack, ok }) => [stack, ok])).toEqual([
      ["aeroe", true],
      ["koege", false],
    ]);
    const problems = stacks[1]?.problems.join("\n");
    for (const path of ["domain", "mode", "host"]) expect(problems).toMatch(new RegExp(`koege\\.yaml: ${path}: `));
  });

  it("warns where nobody reads the postmaster's mail", async () => {
    await planb("new", "aeroe", ...given);
    const file = join(folder, "aeroe.yaml");
    const text = readFileSync(file, "utf8");
    const outcomes: [number, boolean][] = [];
    for (const more of ["", "\n  postmaster: it@aeroe.example"]) {
      out = "";
      writeFileSync(file, `${text}\nmail:\n  domains: [aeroe.example]${more}\n`);
      outcomes.push([await planb("check", "aeroe"), out.includes("  warning: mail.postmaster: ")]);
    }
    expect(outcomes).toEqual([
      [0, true],
      [0, false],
    ]);
  });

  it("refuses two stacks on the same port of the same address", async () => {
    await planb("new", "aeroe", ...given);
    await planb("new", "koege", ...given);
    expect(await planb("check")).toBe(1);
    expect(out).toMatch(/host\.httpPort: the port 80 of 192\.0\.2\.10 is taken by .*aeroe\.yaml/);
  });

  it("fails where there is nothing to check", async () => {
    expect(await planb("check")).toBe(1);
    expect(out).toContain(`no stack file in ${folder}`);
  });

  it("warns of a certificate of one's own that has expired, and passes it", async () => {
    const set = ["edge.certificate.kind=file", "edge.certificate.chain=own.pem"].flatMap((one) => ["--set", one]);
    const ca = await authority("m".repeat(43), "ca/1", "Test");
    writeFileSync(join(folder, "own.pem"), (await ca.issue("own", ["*.planb.aeroe.dk"])).certPem);
    expect(await planb("new", "aeroe", ...given, ...set)).toBe(0);
    expect(await planb("check", "aeroe")).toBe(0);
    expect(out).not.toContain("warning:");
    vi.setSystemTime(new Date("2040-01-01"));
    expect(await planb("check", "aeroe")).toBe(0);
    vi.useRealTimers();
    expect(out).toMatch(/ {2}warning: .*aeroe\.yaml: edge\.certificate\.chain: "own\.pem" expired on /);
  });

  it("passes Kubernetes, which every command that would run it refuses", async () => {
    await planb("new", "aeroe", ...given, "--set", "platform=kubernetes");
    expect(await planb("check", "aeroe")).toBe(0);
    for (const words of ["up", "down", "destroy", "status", "probe", "init"].map((word) => [word, "aeroe"])) {
      err = "";
      expect(await planb(...words), words.join(" ")).toBe(1);
      expect(err).toMatch(/aeroe\.yaml: platform: kubernetes is rendered and checked/);
    }
  });
});
