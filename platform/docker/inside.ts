import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import type Docker from "dockerode";

/** How a command inside a container ended. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How {@link runInside} runs a command. */
export interface RunInsideOptions {
  /** Default: the container's own user. */
  readonly user?: string | undefined;
  /** Told of the output as it comes. Default: it is collected only. */
  readonly onOutput?: { stdout(chunk: Buffer): void; stderr(chunk: Buffer): void } | undefined;
}

/** Runs a command inside a container that runs; arguments are passed as they are. */
export async function runInside(
  container: Docker.Container,
  command: readonly string[],
  { user, onOutput }: RunInsideOptions = {},
): Promise<ExecResult> {
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
    ...(user === undefined ? {} : { User: user }),
  });
  const stream = await exec.start({ hijack: true, stdin: false });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const collected: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  stdout.on("data", (chunk: Buffer) => {
    collected.stdout.push(chunk);
    onOutput?.stdout(chunk);
  });
  stderr.on("data", (chunk: Buffer) => {
    collected.stderr.push(chunk);
    onOutput?.stderr(chunk);
  });
  container.modem.demuxStream(stream, stdout, stderr);
  await finished(stream, { writable: false });
  const { ExitCode } = await exec.inspect();
  const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString("utf8");
  return { code: ExitCode ?? 1, stdout: text(collected.stdout), stderr: text(collected.stderr) };
}

const pieceBytes = 8192;

/** Writes the last lines of a container's log to two streams. */
export async function writeLog(
  container: Docker.Container,
  lines: number,
  to: { stdout: NodeJS.WritableStream; stderr: NodeJS.WritableStream },
): Promise<void> {
  const whole = new PassThrough();
  const done = finished(whole, { writable: false });
  container.modem.demuxStream(whole, to.stdout, to.stderr);
  whole.resume();
  // The client takes the lines of one piece apart by calling itself for each: many in one overflow its stack.
  const log = await container.logs({ stdout: true, stderr: true, tail: lines, follow: false });
  for (let at = 0; at < log.length; at += pieceBytes) whole.write(log.subarray(at, at + pieceBytes));
  whole.end();
  await done;
}

/** The last lines of a container's log, of both its outputs in their order. */
export async function logText(container: Docker.Container, lines: number): Promise<string> {
  const chunks: Buffer[] = [];
  const all = new PassThrough().on("data", (chunk: Buffer) => chunks.push(chunk));
  await writeLog(container, lines, { stdout: all, stderr: all });
  return Buffer.concat(chunks).toString("utf8");
}
