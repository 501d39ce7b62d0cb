import { repeat } from "../web/repeat.ts";
import { log, readConfig, serveHttps } from "../web/server.ts";
import { addApi } from "./api.ts";
import { listsApp } from "./app.ts";
import { daily } from "./daily.ts";
import { Mailman } from "./engine/rest.ts";
import { Keeper } from "./keeper.ts";
import { listAddress, listsSettings } from "./settings.ts";
import { Archive } from "./store/archive.ts";
import { openDatabase } from "./store/database.ts";
import { takeIn } from "./store/intake.ts";
import { MemberStore } from "./store/members.ts";

/** Where Mailman's archiver leaves what was sent. */
const archiveFolder = "/data/mailman/archives/prototype";

const secret = (name: string) => readConfig(`secrets/${name}`).trim();
const settings = listsSettings.parse(JSON.parse(readConfig("lists.json")));
const mailman = new Mailman(secret("rest"));
const database = openDatabase(settings.database, secret("database"), readConfig("ca.pem"), log);
const members = new MemberStore(database);
const archive = new Archive(database);
const keeper = new Keeper({ settings, mailman, database, members, log });
const names = new Map(settings.lists.map(({ name }) => [listAddress(settings, name), name]));

const app = listsApp({
  settings,
  mailman,
  members,
  archive,
  keeper,
  identityKey: secret("identity-key"),
  linkKey: secret("link-key"),
  log,
});
addApi(app, { settings, keeper, members, token: secret("steward-token") });
serveHttps(app);

repeat("start", { every: 2 }, log, async () => {
  if (!keeper.ready) await keeper.start();
});
repeat("archive", { every: 2 }, log, async () => {
  if (keeper.ready) await takeIn(archive, archiveFolder, (address) => names.get(address), log);
});
// Who joined or left by mail is taken over also while no steward calls.
repeat("members", { every: 60 }, log, async () => {
  for (const list of settings.lists) if (keeper.ready) await keeper.bring(list);
});
repeat("daily", { every: 60 }, log, async () => {
  if (!keeper.ready) return;
  await daily(database, async () => {
    await keeper.digests();
    await archive.keepFor(settings.lists);
    await archive.forget();
  });
});
