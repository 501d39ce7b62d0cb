import { log, readConfig, serveHttps } from "../web/server.ts";
import { accessApp } from "./app.ts";
import { openDirectory } from "./directory.ts";
import { type AccessClient, accessClients, accessSettings } from "./settings.ts";

const settings = accessSettings.parse(JSON.parse(readConfig("access.json")));
const secret = (name: string) => readConfig(`secrets/${name}`).trim();
const tokens = Object.fromEntries(accessClients.map((client) => [client, secret(`clients/${client}`)]));
serveHttps(
  accessApp({
    settings,
    directory: openDirectory(settings.directory, secret("directory")),
    tokens: tokens as Record<AccessClient, string>,
    log,
  }),
);
