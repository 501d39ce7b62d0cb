import { PassThrough } from "node:stream";
import type { TestStack } from "../test/contract/engine.ts";

/** What Dovecot says of a letter that it has put into an inbox, with and without scripts of Sieve. */
const stored = /\(([^()<>]+)\).*msgid=<([^>]+)>: (?:.*stored mail into mailbox|saved mail to )/;

/**
 * Counts a letter's arrivals by what Dovecot says as it stores them.
 *
 * @param name Dovecot's workload
 * @returns `done`: when everybody has it, by `performance.now()`; `stop` ends the counting
 */
export async function arrivals(
  stack: TestStack,
  name: string,
  id: string,
  expected: number,
  withinSeconds: number,
): Promise<{ readonly done: Promise<number>; stop(): void }> {
  const { Id } = await stack.inspect(name);
  const since = Math.floor(Date.now() / 1000);
  const container = stack.docker.getContainer(Id);
  const stream = (await container.logs({ follow: true, stdout: true, stderr: true, since })) as NodeJS.ReadableStream;
  const text = new PassThrough();
  container.modem.demuxStream(stream, text, text);
  const got = new Map<string, number>();
  let rest = "";
  let timer: NodeJS.Timeout | undefined;
  const done = new Promise<number>((resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${id}: ${got.size} of ${expected} have it after ${withinSeconds} s`)),
      withinSeconds * 1000,
    );
    text.on("data", (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString("utf8")}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [, user = "", letter] = stored.exec(line) ?? [];
        if (letter === id) got.set(user, (got.get(user) ?? 0) + 1);
      }
      if (got.size >= expected) resolve(performance.now());
    });
  });
  done.catch(() => undefined);
  const stop = () => {
    clearTimeout(timer);
    (stream as unknown as { destroy(): void }).destroy();
  };
  return { done, stop };
}

/**
 * Looks into every mailbox on the disk.
 *
 * @param root folder of the mailboxes, a folder for each person
 * @throws Error unless as many people as expected have the letter, each once
 */
export async function onceEach(
  stack: TestStack,
  name: string,
  { id, root, expected }: { readonly id: string; readonly root: string; readonly expected: number },
): Promise<void> {
  const { stdout, stderr } = await stack.exec(name, ["grep", "-rlF", "--include=*,S=*", `<${id}>`, root]);
  if (stderr !== "") throw new Error(stderr);
  const files = stdout.split("\n").filter((line) => line.startsWith(root) && /\/(new|cur)\//.test(line));
  const people = new Set(files.map((file) => file.slice(root.length + 1).split("/")[0]));
  if (files.length !== expected || people.size !== expected) {
    throw new Error(`${id}: ${people.size} people have ${files.length} letters, expected one each for ${expected}`);
  }
}
