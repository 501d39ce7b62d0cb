import { log, readConfig, serveHttps } from "../web/server.ts";
import { accessApp } from "./app.ts";
import { openDirectory } from "./directory.ts";
import { accessSettings, perClient } from "./settings.ts";

const settings = accessSettings.parse(JSON.parse(readConfig("access.json")));
const secret = (name: string) => readConfig(`secrets/${name}`).trim();
serveHttps(
  accessApp({
    settings,
    directory: openDirectory(settings.directory, secret("directory")),
    tokens: perClient((client) => secret(`clients/${client}`)),
    log,
  }),
);
