import type { Container, ContainerInspectInfo } from "dockerode";
import { orGone, pause } from "../engine.ts";

/** A container that is not ready, and why: its state and its last log lines. */
export class NotReady extends Error {
  override readonly name = "NotReady";
}

/** Starts of a crashing container under its restart policy after which waiting has no sense. */
const triesOfRestartPolicy = 3;

/** Lines of the log in an error. */
const logLines = 20;

/**
 * Waits until a container is healthy, or runs where it has no health check. Docker makes its first check only after a
 * whole interval, so the same command is also tried here, every half second.
 *
 * @throws NotReady at once when it is dead, crashes again and again or is unhealthy, and when the time is over; the signal's
 * reason when cancelled
 */
export async function awaitReady(container: Container, seconds: number, signal: AbortSignal): Promise<void> {
  const end = Date.now() + seconds * 1000;
  const begun = (await container.inspect()).RestartCount ?? 0;
  for (;;) {
    const now = await orGone(container.inspect());
    if (now === undefined) throw new NotReady("it was removed while it was waited for");
    const dead = deadly(now, begun);
    if (dead !== undefined) throw await notReady(container, dead);
    const test = (now.Config as { Healthcheck?: { Test?: string[] } }).Healthcheck?.Test ?? [];
    if (now.State.Running && !now.State.Restarting) {
      if (test.length === 0 || test[0] === "NONE" || now.State.Health?.Status === "healthy") return;
      if (await passes(container, test, signal)) return;
    }
    if (Date.now() > end) {
      const health = now.State.Health?.Log?.at(-1)?.Output?.trim();
      const last = health ? `; its last health check said: ${health.slice(0, 500)}` : "";
      throw await notReady(container, `not ready within ${seconds} s (${now.State.Status})${last}`);
    }
    await pause(500, signal);
  }
}

/** Why waiting has no sense any more, if it has none. */
function deadly({ State: state, RestartCount: restarts }: ContainerInspectInfo, begun: number): string | undefined {
  const ended = `its process ended with exit code ${state.ExitCode}${state.OOMKilled ? ", out of memory" : ""}`;
  if (!state.Running && !state.Restarting) return state.Error ? `${ended}: ${state.Error}` : ended;
  if ((restarts ?? 0) - begun >= triesOfRestartPolicy) return `${ended}, ${restarts} times`;
  if (state.Health?.Status === "unhealthy") {
    const said = state.Health.Log?.at(-1)?.Output?.trim();
    return `unhealthy${said ? `: ${said.slice(0, 500)}` : ""}`;
  }
  return undefined;
}

async function passes(container: Container, test: readonly string[], signal: AbortSignal): Promise<boolean> {
  const [kind, ...rest] = test;
  const command = kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...rest] : rest;
  try {
    const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({});
    await Promise.race([ended(stream), pause(10_000, signal)]);
    stream.destroy();
    return (await exec.inspect()).ExitCode === 0;
  } catch (error) {
    if (signal.aborted) throw error;
    return false; // it is just stopping or restarting; the next look says which
  }
}

const ended = (stream: NodeJS.ReadableStream): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.on("end", resolve).on("close", resolve).on("error", reject).resume();
  });

async function notReady(container: Container, why: string): Promise<NotReady> {
  const lines = await lastLines(container).catch(() => []);
  const log =
    lines.length === 0
      ? "it has written no log"
      : `its last log lines:\n${lines.map((line) => `  ${line}`).join("\n")}`;
  return new NotReady(`${why}; ${log}`);
}

async function lastLines(container: Container): Promise<string[]> {
  const framed = await container.logs({ stdout: true, stderr: true, tail: logLines });
  return unframed(framed)
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .slice(-logLines);
}

/** Docker puts eight bytes before each piece of a log: stream, three zeros, length. */
function unframed(framed: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= framed.length; ) {
    const length = framed.readUInt32BE(at + 4);
    pieces.push(framed.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(pieces).toString("utf8");
}
