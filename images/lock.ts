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

/** Takes the lock file if nobody has it, or nobody alive. */
function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  try {
    const pid = Number(readFileSync(file, "utf8"));
    // An empty file was just made by somebody who has not written yet.
    if (pid > 0 && !alive(pid)) rmSync(file, { force: true });
  } catch {
    // gone meanwhile
  }
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
