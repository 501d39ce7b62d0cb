import type { RealmStatus } from "../model/status.ts";
import { log, words } from "./log.ts";
import { type Loop, startLoop } from "./loop.ts";
import type { RealmKeeper } from "./realm/index.ts";

/** The realm's loop. */
export interface RealmLoop {
  status(): RealmStatus;
  /** Makes Keycloak read the people who changed, at the loop's next turn. */
  peopleChanged(): void;
  /** Resolves once the login has taken over what it was told, or has failed to. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Pauses after failures in seconds: Keycloak takes a while to start. */
const retrySeconds = [2, 5, 10, 20, 30, 60];
const daySeconds = 86_400;

/** Keeps the realm as the code describes it, and Keycloak's people as the shadow directory has them. */
export function startRealmLoop(keeper: RealmKeeper, everySeconds: number): RealmLoop {
  let status: RealmStatus = { state: "waiting", message: undefined, convergedAt: undefined, peopleReadAt: undefined };
  let failures = 0;
  let changed = true;
  let convergeAt = 0;
  let fullAt = Date.now() + daySeconds * 1000;

  const readPeople = async (kind: "changed" | "full"): Promise<number> => {
    const { added, updated, failed, ms } = await keeper.syncUsers(kind);
    log(`realm: people kind=${kind} added=${added} updated=${updated} failed=${failed} ms=${ms}`);
    return failed;
  };
  const turn = async (): Promise<void> => {
    if (Date.now() >= convergeAt) {
      const report = await keeper.converge();
      convergeAt = Date.now() + everySeconds * 1000;
      status = { ...status, convergedAt: new Date().toISOString() };
      if (report.changes.length > 0) log(`realm: converged changes=${report.changes.length} ms=${report.ms}`);
    }
    if (changed || Date.now() >= fullAt) {
      const kind = Date.now() >= fullAt ? "full" : "changed";
      changed = false;
      try {
        const failed = await readPeople(kind);
        // A login that went from one person to another is taken over once both have been read.
        if (failed > 0 && kind === "changed") await readPeople("full");
      } catch (error) {
        changed = true;
        throw error;
      }
      if (kind === "full") fullAt = Date.now() + daySeconds * 1000;
      status = { ...status, peopleReadAt: new Date().toISOString() };
    }
  };
  const loop: Loop = startLoop(
    async () => {
      try {
        await turn();
        failures = 0;
        status = { ...status, state: "ok", message: undefined };
      } catch (error) {
        failures++;
        const message = words(error);
        if (message !== status.message) log(`realm: ${message}`);
        status = { ...status, state: status.convergedAt === undefined ? "waiting" : "failed", message };
      }
    },
    () => {
      if (failures > 0) return retrySeconds[Math.min(failures, retrySeconds.length) - 1] ?? 60;
      return Math.max(1, (convergeAt - Date.now()) / 1000);
    },
  );
  return {
    status: () => status,
    peopleChanged() {
      changed = true;
      void loop.now();
    },
    settled: () => loop.now(),
    async stop() {
      await loop.stop();
      await keeper.close();
    },
  };
}
