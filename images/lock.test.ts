import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { alone } from "./lock.ts";

/** Runs right after a file has been read, before the reader goes on. */
let afterReading: (() => void) | undefined;
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const readFileSync = (...args: Parameters<typeof fs.readFileSync>) => {
    const text = fs.readFileSync(...args);
    const job = afterReading;
    afterReading = undefined;
    job?.();
    return text;
  };
  return { ...fs, readFileSync };
});

let cache: string;
let file: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "planb-lock-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
  const folder = join(cache, "planb", "locks");
  mkdirSync(folder, { recursive: true });
  file = join(folder, "images");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

const gone = () => String(spawnSync("true").pid);

it("is taken from a process that is gone, and given back", async () => {
  writeFileSync(file, gone());
  expect(await alone("images", async () => existsSync(file), vi.fn())).toBe(true);
  expect(readdirSync(join(file, ".."))).toEqual([]);
});

it("stays with who has taken it while another was about to remove the one of a process that is gone", async () => {
  writeFileSync(file, gone());
  // Another waiter is faster: it removes the old lock and holds it by now.
  afterReading = () => writeFileSync(file, String(process.ppid));
  let held = true;
  const waited = vi.fn(() => {
    expect(existsSync(file), "the other one's lock is still there").toBe(true);
    held = false;
    rmSync(file);
  });
  await alone("images", async () => expect(held, "nobody else is at it").toBe(false), waited);
  expect(waited).toHaveBeenCalledOnce();
});
