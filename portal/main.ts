import { log, readConfig, serveHttps } from "../web/server.ts";
import { accessService } from "./access.ts";
import { portalApp } from "./app.ts";
import { portalSettings } from "./settings.ts";
import { httpSources } from "./sources.ts";

const settings = portalSettings.parse(JSON.parse(readConfig("portal.json")));
serveHttps(
  portalApp({
    settings,
    identityKey: readConfig("secrets/identity-key").trim(),
    sources: httpSources(settings.statusUrl, settings.issuer, log),
    ...(settings.accessUrl === undefined
      ? {}
      : { appPasswords: accessService(settings.accessUrl, readConfig("secrets/access-token").trim()) }),
    log,
  }),
);
