import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Removes the locks that killed runs of Pulumi left on stacks of a file backend, so that the next `pulumi up` mends what they
 * left half done. Only locks of this machine whose process is gone; those of others and of running ones stay.
 *
 * @param backend the backend's address; other kinds than `file://` are left alone
 * @returns the lock files that were removed
 */
export function releaseDeadLocks(backend: string | undefined): string[] {
  if (!backend?.startsWith("file:///")) return [];
  const locks = join(fileURLToPath(backend), ".pulumi", "locks");
  return lockFiles(locks).filter((file) => {
    if (!leftByDead(file)) return false;
    rmSync(file, { force: true });
    return true;
  });
}

function lockFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return lockFiles(path);
    return entry.name.endsWith(".json") ? [path] : [];
  });
}

function leftByDead(file: string): boolean {
  try {
    const { pid, hostname: host } = JSON.parse(readFileSync(file, "utf8")) as { pid?: number; hostname?: string };
    return host === hostname() && typeof pid === "number" && !runs(pid);
  } catch {
    return false; // just being written or removed
  }
}

/** Whether a Pulumi with that number runs; one that was killed and not yet buried by its parent does not. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  try {
    const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return name === undefined || (name.includes("pulumi") && state !== "Z" && state !== "X");
  } catch {
    return process.platform !== "linux";
  }
}
