import type { IncomingMessage } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { repeat } from "../web/repeat.ts";
import { listenHttps, log, readConfig } from "../web/server.ts";
import { readUser } from "../web/user.ts";
import { filesApp } from "./app.ts";
import { care } from "./core/care.ts";
import { handOver } from "./core/hand-over.ts";
import { Links } from "./core/links.ts";
import { directoryPeople } from "./core/people.ts";
import { guidForm, Spaces } from "./core/spaces.ts";
import { davPath, davServer } from "./dav/index.ts";
import { filesSettings } from "./settings.ts";
import { texts } from "./texts.ts";
import { removeBrokenOff, uploadPath, uploadServer } from "./uploads.ts";

const data = "/data";
const gib = 1024 ** 3;
const settings = filesSettings.parse(JSON.parse(readConfig("files.json")));
const identityKey = readConfig("secrets/identity-key").trim();
const people = directoryPeople({
  ...settings.directory,
  password: readConfig("secrets/directory").trim(),
  caPem: readConfig("ca.pem"),
  groupNames: settings.groups,
});
const quotaBytes = { person: settings.quotaGiB.person * gib, group: settings.quotaGiB.group * gib };
const spaces = new Spaces({ data, quotaBytes, groups: () => people.groups() });

/** `hand-over <login or GUID of who left> <login of who takes over>` */
async function handOverCommand(from = "", to = ""): Promise<void> {
  const receiver = await people.byLogin(to);
  if (!receiver) throw new Error(`nobody has the login "${to}"`);
  const leaver = guidForm.test(from) ? await people.person(from) : await people.byLogin(from);
  const guid = leaver?.guid ?? (guidForm.test(from) ? from : "");
  if (guid === "" || !(await spaces.ids("hjem")).includes(guid)) throw new Error(`"${from}" has no files here`);
  const { name, overBytes } = await handOver(
    await spaces.get("hjem", guid),
    await spaces.get("hjem", receiver.guid),
    leaver?.name ?? guid,
  );
  console.log(`${receiver.name} now has the folder "${name}", with what is kept of deleted files and earlier versions`);
  if (overBytes > 0) {
    const mib = Math.ceil(overBytes / 1024 ** 2);
    console.log(`That is ${mib} MiB more than their quota: they can store nothing before so much is moved or deleted.`);
  }
}

async function serveFiles(): Promise<void> {
  await removeBrokenOff(data);
  const links = new Links(`${data}/links`);
  const cookieSecret = readConfig("secrets/cookies").trim();
  const app = filesApp({ settings, identityKey, cookieSecret, spaces, links, people, log });
  // With its own Response the server forgets that a file was sent already.
  const pages = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const userOf = (header: (name: string) => string | undefined) => readUser(header, identityKey);
  const single = (request: IncomingMessage) => (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : undefined;
  };
  const dav = davServer({
    spaces,
    links,
    shares: settings.shares,
    userOf: (request) => userOf(single(request)),
    origin: settings.site.origin,
    ownName: texts[settings.site.language].own,
    log,
  });
  const uploads = await uploadServer({ data, spaces, userOf, log });
  const isAt = (url: string, path: string) => url === path || url.startsWith(`${path}/`) || url.startsWith(`${path}?`);
  const server = listenHttps(
    (request, response) => {
      const url = request.url ?? "/";
      if (isAt(url, davPath)) return void dav(request, response);
      if (isAt(url, uploadPath)) return void uploads.handle(request, response);
      return void pages(request, response);
    },
    // An upload takes as long as it takes; a connection that says nothing is closed.
    { requestTimeout: 0 },
    5000,
  );
  server.setTimeout(120_000);

  repeat("groups", { every: 60, failed: 3 }, log, () => people.refresh());
  const { trashDays, keepDays } = settings;
  repeat("care", { every: 86_400 }, log, () => care({ data, spaces, people, links, trashDays, keepDays, log }));
  repeat("uploads", { every: 3600 }, log, () => uploads.cleanUpExpiredUploads());
}

const [command, ...args] = process.argv.slice(2);
try {
  await (command === "hand-over" ? handOverCommand(...args) : serveFiles());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
