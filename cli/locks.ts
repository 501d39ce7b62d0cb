import { readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../model/errors.ts";

/** A lock of Pulumi's file backend. */
interface Lock {
  readonly file: string;
  readonly pid: number;
  readonly hostname: string;
  readonly username: string;
  readonly timestamp: string;
}

function readLocks(backend: string, stack: string): Lock[] {
  const folder = join(fileURLToPath(backend), ".pulumi", "locks", "organization", "planb", stack);
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const file = join(folder, name);
    try {
      return [{ ...(JSON.parse(readFileSync(file, "utf8")) as Omit<Lock, "file">), file }];
    } catch {
      return []; // released meanwhile
    }
  });
}

/** Whether the process that took a lock still runs; a number given anew to another program does not count. */
function holds({ pid, hostname: host }: Lock): boolean {
  if (host !== hostname()) return true;
  try {
    return /pulumi/.test(readFileSync(`/proc/${pid}/comm`, "utf8"));
  } catch {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
  }
}

/**
 * Takes away the locks of updates that were killed on this machine; those of a running update stay. Only a file backend
 * keeps locks of this kind.
 *
 * @param backend address of the backend
 * @returns how many were taken away
 * @throws UserError when somebody is at work on the stack
 */
export function dropStaleLocks(backend: string | undefined, stack: string): number {
  if (!backend?.startsWith("file:///")) return 0;
  const locks = readLocks(backend, stack);
  const held = locks.find(holds);
  if (held !== undefined) {
    const { username, hostname: host, pid, timestamp } = held;
    throw new UserError(
      `the stack ${stack} is being changed by ${username} on ${host} (process ${pid}, since ${timestamp})\n` +
        `Wait for it. Only if that process is surely gone: pulumi cancel --stack ${stack}`,
    );
  }
  for (const { file } of locks) {
    rmSync(file, { force: true });
    rmSync(`${file}.attrs`, { force: true });
  }
  return locks.length;
}
