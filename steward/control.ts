import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { createAdaptorServer, type ServerType } from "@hono/node-server";
import { Hono } from "hono";
import { Agent, request } from "undici";
import type { StewardStatus } from "../model/status.ts";
import type { DirectorySync } from "./directory/index.ts";
import { words } from "./log.ts";
import type { Loop } from "./loop.ts";
import type { RealmLoop } from "./realm-loop.ts";

/** Socket on which the running steward takes commands: only who may run a command in its container reaches it. */
export const controlSocket = process.env["STEWARD_SOCKET"] ?? "/run/steward/control.sock";

/** What commands work upon. */
export interface Controlled {
  readonly status: () => StewardStatus;
  readonly directory: DirectorySync | undefined;
  readonly directoryLoop: Loop | undefined;
  readonly realm: Pick<RealmLoop, "settled"> | undefined;
}

/** The commands of the running steward, as pages of a local server. */
export function commands({ status, directory, directoryLoop, realm }: Controlled): Hono {
  const sync = (): DirectorySync => {
    if (!directory) throw new Error("this stack has no directory sync (/config/directory.json is missing)");
    return directory;
  };
  const app = new Hono();
  app.onError((error, context) => context.json({ error: words(error) }, 500));
  return app
    .get("/healthz", (context) => context.text("ok\n"))
    .post("/status", (context) => context.json(status()))
    .post("/sync", async (context) => {
      const { delta = false } = await context.req.json<{ delta?: boolean }>().catch(() => ({ delta: false }));
      if (!delta) sync().compareNext();
      await directoryLoop?.now();
      await realm?.settled();
      return context.json(status().directory);
    })
    .post("/coverage", async (context) => context.json(await sync().coverage()))
    .post("/codes", async (context) => context.json(await sync().codes((await context.req.json<{ of: string }>()).of)))
    .post("/approve-removal", async (context) => {
      const approved = await sync().approveRemoval();
      if (approved > 0) await directoryLoop?.now();
      return context.json({ approved, directory: status().directory });
    })
    .post("/sever", async (context) => {
      await sync().sever();
      await directoryLoop?.now();
      return context.json(status().directory);
    })
    .post("/unsever", async (context) => {
      const report = await sync().unsever();
      void directoryLoop?.now();
      return context.json(report);
    })
    .post("/login-state", async (context) => {
      const { uid } = await context.req.json<{ uid: string }>();
      const report = await sync().loginState(uid);
      return report ? context.json(report) : context.json({ error: `nobody here has the login name "${uid}"` }, 404);
    });
}

/** Listens on the socket. */
export async function listenForCommands(app: Hono, path: string = controlSocket): Promise<ServerType> {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve());
  });
  return server;
}

/**
 * Runs a command of the running steward.
 *
 * @throws Error with the steward's own words, or that it does not run
 */
export async function command<T>(name: string, input: object = {}, path: string = controlSocket): Promise<T> {
  const dispatcher = new Agent({ connect: { socketPath: path }, headersTimeout: 600_000, bodyTimeout: 600_000 });
  try {
    const { statusCode, body } = await request(`http://steward/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input),
      dispatcher,
    });
    const answer = await body.json();
    if (statusCode === 200) return answer as T;
    throw new Error((answer as { error?: string }).error ?? `the steward answered ${statusCode}`);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOENT" || code === "ECONNREFUSED") throw new Error(`the steward does not run (${path})`);
    throw error;
  } finally {
    await dispatcher.close();
  }
}
