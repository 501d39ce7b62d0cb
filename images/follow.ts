import { createWriteStream } from "node:fs";
import type Docker from "dockerode";

/** Copies what the engine tells of a build to the log; its last error becomes ours. */
export async function followBuild(docker: Docker, stream: NodeJS.ReadableStream, logFile: string): Promise<void> {
  const log = createWriteStream(logFile, { flags: "a" });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error) => (error ? reject(error) : resolve()),
      (event: { stream?: string; status?: string; error?: string }) => {
        log.write(event.stream ?? event.error ?? (event.status ? `${event.status}\n` : ""));
      },
    );
  }).finally(() => log.end());
}
