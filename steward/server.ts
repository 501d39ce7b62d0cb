import { readFileSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import type { StewardStatus } from "../model/status.ts";
import type { Metrics } from "./metrics.ts";
import { publicStatus } from "./status.ts";

/** Port of the metrics and the status, HTTPS. */
export const stewardPort = 9100;

/** The pages for other workloads: `/metrics`, `/status.json`, `/healthz`. Nobody can change anything here. */
export function pages(status: () => StewardStatus, metrics: Metrics): Hono {
  return new Hono()
    .get("/healthz", (context) => context.text("ok\n"))
    .get("/status.json", (context) => context.json(publicStatus(status())))
    .get("/metrics", async (context) =>
      context.body(await metrics.text(), 200, { "content-type": metrics.contentType }),
    );
}

/** Serves them over TLS. */
export function servePages(app: Hono, folder: string, port: number = stewardPort): Promise<ServerType> {
  const cert = readFileSync(`${folder}/tls/cert.pem`);
  const key = readFileSync(`${folder}/tls/key.pem`);
  return new Promise((resolve) => {
    const server = serve(
      { fetch: app.fetch, port, createServer: createHttps, serverOptions: { cert, key, minVersion: "TLSv1.2" } },
      () => resolve(server),
    );
  });
}

/** Closes a server at once, idle connections too. */
export async function closeServer(server: ServerType): Promise<void> {
  if ("closeAllConnections" in server) server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
