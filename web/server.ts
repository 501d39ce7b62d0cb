import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";

/** Text of a file below `/config`, where a workload's files and secrets are. */
export const readConfig = (path: string): string => readFileSync(`/config/${path}`, "utf8");

/** A line of the log, with its time. */
export const log = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);

/** Serves a site over HTTPS on port 8443 with the workload's certificate, until SIGTERM. */
export function serveHttps(app: Pick<Hono, "fetch">): void {
  const server = serve(
    {
      fetch: app.fetch,
      port: 8443,
      createServer,
      // Names of 60 groups and a token are more than Node's own limit for headers.
      serverOptions: {
        cert: readConfig("tls/cert.pem"),
        key: readConfig("tls/key.pem"),
        minVersion: "TLSv1.2",
        maxHeaderSize: 65536,
      },
    },
    () => log("ready"),
  );
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
}
