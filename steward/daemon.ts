import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import type { ServiceSeen, StewardStatus } from "../model/status.ts";
import { startCertificateWatch } from "./certificates.ts";
import { commands, listenForCommands } from "./control.ts";
import {
  bookablesSchema,
  createDirectorySync,
  type DirectoryConfig,
  type DirectorySync,
  directoryConfigSchema,
} from "./directory/index.ts";
import { type ListsLoop, listsDutySchema, startLists } from "./lists/index.ts";
import { log } from "./log.ts";
import { type Loop, startLoop } from "./loop.ts";
import { createMailboxKeeper, type MailboxKeeper, mailboxDutySchema } from "./mailbox/index.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import {
  createRealmKeeper,
  type RealmKeeper,
  type RealmSecrets,
  realmConfig,
  realmSecretFiles,
} from "./realm/index.ts";
import { type RealmLoop, startRealmLoop } from "./realm-loop.ts";
import { type ResourcesLoop, startResources } from "./resources/index.ts";
import { closeServer, pages, servePages } from "./server.ts";
import { smokeKeeper } from "./smoke-account.ts";
import { type StatusConfig, statusConfigSchema } from "./status-config.ts";
import { startWatch } from "./watch.ts";

/**
 * Runs the steward until the process is told to end.
 *
 * @param folder where the configuration is
 */
export async function runSteward(folder = process.env["STEWARD_CONFIG"] ?? "/config"): Promise<void> {
  const startedAt = new Date().toISOString();
  const settings =
    read(folder, "status.json", statusConfigSchema) ?? statusConfigSchema.parse({ stack: "", municipality: "" });
  const directoryConfig = withBookables(folder, read(folder, "directory.json", directoryConfigSchema));
  const keeper = realmKeeper(folder);
  const realm = keeper && startRealmLoop(keeper, settings.realmEverySeconds);
  const watch = startWatch(settings, join(folder, "ca.pem"));
  const certificates = startCertificateWatch(settings.probes, folder);
  const mailboxDuty = read(folder, "mailbox.json", mailboxDutySchema);
  const mailboxes = mailboxDuty && createMailboxKeeper(mailboxDuty);
  let directory: DirectorySync | undefined;
  const resources =
    directoryConfig && startResources(folder, directoryConfig, () => directory?.bookables(), mailboxes?.keep);
  const listsDuty = read(folder, "lists.json", listsDutySchema);
  const lists = directoryConfig && listsDuty && startLists(listsDuty, directoryConfig);
  directory = directoryConfig && directorySync(directoryConfig, settings, keeper, realm, resources, mailboxes, lists);
  const status = (): StewardStatus => ({
    at: new Date().toISOString(),
    startedAt,
    stack: settings.stack,
    municipality: settings.municipality,
    directory: directory?.status(),
    realm: realm?.status(),
    resources: resources?.status(),
    lists: lists?.status(),
    services: watch
      .services()
      .map((seen) => withDirectory(seen, directory?.status().shadowUp))
      .map((seen) => (mailboxes ? withMailboxes(seen, mailboxes.up()) : seen)),
    certificates: certificates.seen(),
  });
  const metrics = createMetrics(status);
  const directoryLoop = directory && startDirectoryLoop(directory, metrics, resources);
  const server = await servePages(pages(status, metrics), folder);
  const control = await listenForCommands(commands({ status, directory, directoryLoop, realm }));
  log(
    `steward: started directory=${directory !== undefined} realm=${realm !== undefined} probes=${settings.probes.length}`,
  );

  await new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  log("steward: ending");
  // A pass that is on may take a while; what it has done stays, and the next start goes on from there.
  setTimeout(() => process.exit(0), 5000).unref();
  await Promise.all([
    closeServer(server),
    closeServer(control),
    watch.stop(),
    certificates.stop(),
    realm?.stop(),
    directoryLoop?.stop(),
    resources?.stop(),
    lists?.stop(),
  ]);
  process.exit(0);
}

/** The shadow directory has no page to try: what the sync saw of it counts. */
function withDirectory(seen: ServiceSeen, shadowUp: boolean | undefined): ServiceSeen {
  return seen.service === "directory" && seen.probes.length === 0 ? { ...seen, ok: shadowUp } : seen;
}

/** Mailboxes have no page either: what counts is whether they took their rights at the last try. */
function withMailboxes(seen: ServiceSeen, up: boolean | undefined): ServiceSeen {
  return seen.service === "mailbox" && seen.probes.length === 0 ? { ...seen, ok: up } : seen;
}

/** Booking says where the existing directory has rooms and equipment. */
function withBookables(folder: string, config: DirectoryConfig | undefined): DirectoryConfig | undefined {
  const bookables = config && read(folder, "bookables.json", bookablesSchema);
  return bookables ? { ...config, bookables } : config;
}

function startDirectoryLoop(directory: DirectorySync, metrics: Metrics, resources: ResourcesLoop | undefined): Loop {
  return startLoop(
    async () => {
      const before = directory.bookables();
      metrics.pass(await directory.pass());
      if (directory.bookables() !== before) void resources?.now();
    },
    () => directory.pauseSeconds(),
  );
}

function directorySync(
  config: DirectoryConfig,
  settings: StatusConfig,
  keeper: RealmKeeper | undefined,
  realm: RealmLoop | undefined,
  resources: ResourcesLoop | undefined,
  mailboxes: MailboxKeeper | undefined,
  lists: ListsLoop | undefined,
): DirectorySync {
  const hooks = {
    onLocked: async (guids: readonly string[]) => {
      // Both are tried, whichever fails; what failed is tried again after the next pass.
      const done = await Promise.allSettled([keeper?.lockUsers(guids), mailboxes?.kick(guids)]);
      for (const each of done) if (each.status === "rejected") throw each.reason;
    },
    onUnlocked: async (guids: readonly string[]) => {
      await keeper?.unlockUsers(guids);
    },
    onChanged: () => {
      realm?.peopleChanged();
      void resources?.now();
      void lists?.now();
    },
  };
  return createDirectorySync(config, log, hooks, smokeKeeper(config, settings.smoke));
}

function realmKeeper(folder: string): RealmKeeper | undefined {
  const config = read(folder, "realm.json", realmConfig);
  if (!config) return undefined;
  const secrets = Object.fromEntries(
    Object.entries(realmSecretFiles).map(([name, file]) => [name, readFileSync(join(folder, file), "utf8").trim()]),
  ) as unknown as RealmSecrets;
  return createRealmKeeper(config, secrets, log, { caPem: readFileSync(join(folder, "ca.pem"), "utf8") });
}

/** A configuration file, checked; undefined: there is none, so the stack does without that part. */
function read<T>(folder: string, name: string, schema: z.ZodType<T>): T | undefined {
  const file = join(folder, name);
  if (!existsSync(file)) return undefined;
  const result = schema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${file}: ${issue?.path.join(".")}: ${issue?.message}`);
}
