import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder } from "./folders.ts";

/** Whether a process of this machine runs. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whose lock file it is; undefined: it is gone, or was just made by somebody who has not written yet. */
function holder(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes the lock file if nobody has it. One of a process that is gone is removed, for the next try: of all who see it only
 * one may, and looks once more, since a slower one would remove the lock that the next has taken meanwhile.
 */
function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const pid = holder(file);
  if (pid === undefined || alive(pid)) return false;
  const right = `${file}.${pid}`;
  if (!take(right)) return false;
  if (holder(file) === pid) rmSync(file, { force: true });
  rmSync(right, { force: true });
  return false;
}

/**
 * Does something that two runs on this machine must not do at once; the later one waits.
 *
 * @param onWait called once, when somebody else is at it
 */
export async function alone<T>(name: string, action: () => Promise<T>, onWait: () => void): Promise<T> {
  const folder = join(cacheFolder(), "locks");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  for (let turn = 0; !take(file); turn++) {
    if (turn === 1) onWait();
    await sleep(turn < 2 ? 20 : 500);
  }
  try {
    return await action();
  } finally {
    rmSync(file, { force: true });
  }
}
