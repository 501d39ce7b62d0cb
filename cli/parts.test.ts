import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sections } from "../components/index.ts";
import { loadStack } from "../config/index.ts";
import { shellQuote } from "./env.ts";
import { dropStaleLocks } from "./locks.ts";
import { plannedChanges, withMode } from "./mode.ts";
import { whyNoOutputs } from "./no-outputs.ts";
import { root } from "./paths.ts";
import { progressOf, reasonOf } from "./progress.ts";
import { isDemo } from "./stack.ts";
import { countReport, failures, plainCount } from "./test-report.ts";

describe("withMode", () => {
  it("changes one word and nothing else", () => {
    const text = "# head\nmunicipality: 'Ærø'   # æøå\nmode:   active # the word\nhost: {address: 192.0.2.1}\n";
    expect(withMode(text, "dormant")).toBe(text.replace("active", "dormant"));
    expect(withMode('mode: "active"\nx: active\n', "dormant")).toBe("mode: dormant\nx: active\n");
  });

  it("adds the word where the file has none", () => {
    expect(withMode("domain: a.dk", "dormant")).toBe("domain: a.dk\nmode: dormant\n");
    expect(withMode("{domain: a.dk}", "dormant")).toMatch(/mode: dormant/);
  });
});

describe("Pulumi's words", () => {
  it("become progress", () => {
    expect(progressOf(" +  docker:index:Container database creating (0s) ")).toBe("creating container database");
    expect(progressOf(" -  docker:index:Network edge deleted (0.2s)")).toBe("deleted network edge");
    expect(progressOf(" -  docker:index:Volume files-data deleting (0s)[retain] ")).toBeUndefined();
    expect(progressOf(" -  docker:index:Volume files-data deleted (0.05s)[retain] ")).toBe("kept volume files-data");
    expect(progressOf(" ~  docker:index:Volume data refreshing (0s) ")).toBeUndefined();
    expect(progressOf("@ updating....")).toBeUndefined();
  });

  it("become the reason of a failure, once", () => {
    const output = `
@ updating....
Diagnostics:
  docker:index:Container (edge):
    error: port 443 of 192.0.2.10 is taken
  pulumi:pulumi:Stack (planb-demo):
    error: update failed

Resources:
    + 2 created
`;
    expect(reasonOf(output)).toBe("port 443 of 192.0.2.10 is taken");
    expect(reasonOf("error: no stack named 'x' found")).toBe("no stack named 'x' found");
    const diagnostics = [
      { message: "error: these images are not built: edge\nBuild them with: x\n", severity: "error" },
      { message: "only a remark", severity: "info" },
    ];
    const preview = JSON.stringify({ config: {}, steps: [], diagnostics }, undefined, 4);
    expect(reasonOf(`${preview}\n`)).toBe("these images are not built: edge\nBuild them with: x");
  });

  it("tell what a mode starts and stops", () => {
    const urn = "urn:pulumi:x::planb::docker:index/container:Container::edge";
    const type = "docker:index/container:Container";
    const steps = [
      { op: "create", urn, newState: { type, inputs: { memory: 64 } } },
      { op: "same", urn, newState: { type, inputs: { memory: 64 } } },
      { op: "create", urn, newState: { type: "docker:index/network:Network", inputs: {} } },
    ];
    expect(plannedChanges(JSON.stringify({ steps }))).toEqual([{ workload: "edge", change: "starts", memoryMiB: 64 }]);
    expect(plannedChanges("{}")).toEqual([]);
  });
});

describe("locks of the file backend", () => {
  let backend: string;
  let locks: string;
  beforeEach(() => {
    backend = mkdtempSync(join(tmpdir(), "planb-locks-"));
    locks = join(backend, ".pulumi", "locks", "organization", "planb", "demo");
    mkdirSync(locks, { recursive: true });
  });
  afterEach(() => rmSync(backend, { recursive: true, force: true }));

  const lock = (pid: number | undefined, host = hostname()): string => {
    const file = join(locks, `${pid}.json`);
    writeFileSync(file, JSON.stringify({ pid, username: "anna", hostname: host, timestamp: "2026-01-01T00:00:00Z" }));
    return file;
  };
  const drop = () => dropStaleLocks(pathToFileURL(backend).href, "demo");

  it("go when their process is gone", async () => {
    const child = spawn("true");
    await new Promise((resolve) => child.once("exit", resolve));
    const file = lock(child.pid);
    expect(drop()).toBe(1);
    expect(existsSync(file)).toBe(false);
    expect(drop()).toBe(0);
  });

  it("go when their number belongs to another program now", () => {
    lock(process.pid); // this is no pulumi
    expect(drop()).toBe(1);
  });

  it("stay when taken on another machine", () => {
    const file = lock(1, "another-machine");
    expect(drop).toThrow(/is being changed by anna on another-machine \(process 1, since 2026-01-01/);
    expect(existsSync(file)).toBe(true);
  });

  it("are nobody's business in another backend", () => {
    expect(dropStaleLocks("https://api.pulumi.com", "demo")).toBe(0);
    expect(dropStaleLocks(undefined, "demo")).toBe(0);
  });
});

describe("counts of the suite", () => {
  const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [] };

  it("come from the report", () => {
    expect(countReport(report, 0)).toEqual({ passed: 3, failed: 0, skipped: 1 });
    expect(plainCount({ passed: 3, failed: 0, skipped: 1 })).toBe("3 passed, 0 failed, 1 skipped");
    expect(plainCount({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
  });

  it("count a file that did not load, and a crash", () => {
    const broken = { status: "failed", assertionResults: [] };
    expect(countReport({ ...report, testResults: [broken] }, 1).failed).toBe(1);
    expect(countReport({ ...report, numFailedTests: 2, testResults: [broken] }, 1).failed).toBe(3);
    expect(countReport(report, 1).failed).toBe(1);
  });

  it("name what failed, and why in a line", () => {
    const name = join(root, "mail", "mail.test.ts");
    const failed = {
      status: "failed",
      fullName: "mail arrives",
      failureMessages: ["\u001b[31mError: 550 no\u001b[39m\n    at x"],
    };
    const passed = { status: "passed", fullName: "mail leaves", failureMessages: [] };
    const files = [
      { name, status: "failed", message: "", assertionResults: [failed, passed] },
      { name, status: "failed", message: "SyntaxError: odd\nmore", assertionResults: [] },
      { name, status: "passed", message: "", assertionResults: [passed] },
    ];
    expect(failures({ ...report, testResults: files })).toEqual([
      "mail/mail.test.ts: mail arrives: Error: 550 no",
      "mail/mail.test.ts: SyntaxError: odd",
    ]);
  });
});

it("quotes for a shell", () => {
  expect(shellQuote("it's $HOME")).toBe(`'it'\\''s $HOME'`);
});

describe("a demo", () => {
  it("is a stack file that declares a stand-in, and no other: only its keys may lie on this machine", async () => {
    const isDemoStack = async (name: string) => isDemo((await loadStack(name, sections)).config);
    expect(await isDemoStack("demo")).toBe(true);
    expect(await isDemoStack("ringsted")).toBe(false);
    expect(isDemo({})).toBe(false);
    expect(isDemo({ demo: {} })).toBe(false);
    expect(isDemo({ demo: { existingAd: {} } })).toBe(true);
  });
});

it("tells what is there of a stack whose state is not here, and what to do", () => {
  const nothing = { containers: [], networks: [], volumes: [] };
  expect(whyNoOutputs("demo", false, "file:///s", nothing)).toBe(
    "the stack demo is not up; start it with: ./planb up demo",
  );
  expect(whyNoOutputs("demo", true, "file:///s", { ...nothing, volumes: ["planb-demo-database-data"] })).toBe(
    "the stack demo is not up; volumes of an earlier one are kept: planb-demo-database-data; start it with: ./planb up demo",
  );
  const running = { ...nothing, containers: ["planb-demo-edge", "planb-demo-sso"] };
  const lost = whyNoOutputs("demo", false, "file:///s", running);
  expect(lost).toMatch(
    /^the state of the stack demo is not in file:\/\/\/s, but this engine holds 2 containers of it: /,
  );
  expect(lost).toContain("./planb down demo stops what runs and keeps the data");
  expect(whyNoOutputs("demo", true, "file:///s", running)).toContain("was not finished");
});
