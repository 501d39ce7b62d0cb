import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { serve } from "@hono/node-server";
import { portalApp } from "./app.ts";
import { portalSettings } from "./settings.ts";
import { httpSources } from "./sources.ts";

const read = (path: string) => readFileSync(`/config/${path}`, "utf8");
const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);

const settings = portalSettings.parse(JSON.parse(read("portal.json")));
const app = portalApp({
  settings,
  identityKey: read("secrets/identity-key").trim(),
  sources: httpSources(settings.statusUrl, settings.issuer, log),
  log,
});
const server = serve(
  {
    fetch: app.fetch,
    port: 8443,
    createServer,
    // Names of 60 groups and a token are more than Node's own limit for headers.
    serverOptions: {
      cert: read("tls/cert.pem"),
      key: read("tls/key.pem"),
      minVersion: "TLSv1.2",
      maxHeaderSize: 65536,
    },
  },
  () => log("ready"),
);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
