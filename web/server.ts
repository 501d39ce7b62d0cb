import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer, type Server, type ServerOptions } from "node:https";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";

/** Text of a file below `/config`, where a workload's files and secrets are. */
export const readConfig = (path: string): string => readFileSync(`/config/${path}`, "utf8");

/** A line of the log, with its time. */
export const log = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);

/**
 * Listens over HTTPS on port 8443 with the workload's certificate, until SIGTERM.
 *
 * @param options further ones of Node's server
 * @param graceMs how long SIGTERM waits for what is still being answered. Default: until it is
 */
export function listenHttps(listener: RequestListener, options: ServerOptions = {}, graceMs?: number): Server {
  const server = createServer(
    {
      cert: readConfig("tls/cert.pem"),
      key: readConfig("tls/key.pem"),
      minVersion: "TLSv1.2",
      // Names of 60 groups and a token are more than Node's own limit for headers.
      maxHeaderSize: 65536,
      ...options,
    },
    listener,
  );
  server.listen(8443, () => log("ready"));
  process.on("SIGTERM", () => {
    server.close(() => process.exit(0));
    if (graceMs !== undefined) setTimeout(() => process.exit(0), graceMs);
  });
  return server;
}

/** Serves a site as `listenHttps` does. */
export function serveHttps(app: Pick<Hono, "fetch">): void {
  listenHttps(getRequestListener(app.fetch));
}
