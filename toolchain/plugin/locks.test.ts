import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { releaseDeadLocks } from "./locks.ts";

it("removes the lock of a dead process of this machine, and no other", () => {
  const backend = mkdtempSync(join(tmpdir(), "planb-locks-"));
  const folder = join(backend, ".pulumi", "locks", "organization", "planb", "demo");
  mkdirSync(folder, { recursive: true });
  const { pid: dead } = spawnSync("true");
  const lock = (name: string, content: unknown) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  };
  const left = lock("left", { pid: dead, hostname: hostname() });
  const elsewhere = lock("elsewhere", { pid: dead, hostname: "another-host" });
  const halfWritten = lock("half", '{ "pid": 12');
  expect(releaseDeadLocks(pathToFileURL(backend).href)).toEqual([left]);
  expect([left, elsewhere, halfWritten].map((file) => existsSync(file))).toEqual([false, true, true]);
  expect(releaseDeadLocks("s3://bucket")).toEqual([]);
});
