import type { Ready } from "../model/index.ts";

/** What both renderers promise alike. */

/** Folder that `files` and `secretFiles` land in. */
export const configPath = "/config";

/** Seconds a workload has to stop before it is killed. */
export const stopSeconds = 30;

/** Log files kept when a workload says nothing. */
export const defaultLog = { maxMiB: 10, files: 3 } as const;

/** The health check as a command run inside the container; every image has bash and curl, see images/README.md. */
export function healthCommand(ready: Ready): readonly string[] {
  if ("exec" in ready) return ready.exec;
  if ("tcp" in ready) return ["bash", "-c", `</dev/tcp/127.0.0.1/${ready.tcp}`];
  return ["curl", "-fsS", "-o", "/dev/null", "-m", "4", `http://127.0.0.1:${ready.http.port}${ready.http.path}`];
}
