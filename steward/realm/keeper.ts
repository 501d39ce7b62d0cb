import { applyBreakGlass, applySmokeAccount, applyStewardClient } from "./apply/accounts.ts";
import type { Applying } from "./apply/change.ts";
import { applyClients } from "./apply/clients.ts";
import { applyFederation } from "./apply/federation.ts";
import { applyBrowserFlow } from "./apply/flow.ts";
import { applyProfile, applyRequiredActions, applySettings } from "./apply/settings.ts";
import { type RealmConfig, type RealmSecrets, realmName } from "./config.ts";
import { connect } from "./connect.ts";
import { desiredRealm } from "./desired/index.ts";
import { RealmError } from "./errors.ts";

/** What a convergence did. */
export interface ConvergeReport {
  /** Changes made, in words; empty when all was as the code wants it. */
  readonly changes: readonly string[];
  readonly ms: number;
}

/** What a synchronisation of people did. */
export interface SyncReport {
  readonly added: number;
  readonly updated: number;
  /** People Keycloak could not take over; its log says why. */
  readonly failed: number;
  readonly ms: number;
}

/**
 * Keeps a stack's realm as the code describes it. Nothing is retried in here: a Keycloak that is away is a
 * `KeycloakUnavailable`, one that refuses a `RealmError`, and the caller decides when to try again.
 */
export interface RealmKeeper {
  /** Brings the realm in line; run at the start and at intervals, so that a click that contradicts the code is undone. */
  converge(): Promise<ConvergeReport>;
  /** Makes Keycloak read the shadow directory: what changed since the last time, or everything. */
  syncUsers(kind: "changed" | "full"): Promise<SyncReport>;
  /**
   * Shuts people out at once, by whatever factor: switched off, sessions ended (the services hear of it), older tokens void.
   *
   * @param guids immutable keys (`planbGuid`); one Keycloak does not know is none to shut out
   * @returns how many were open before
   */
  lockUsers(guids: readonly string[]): Promise<number>;
  /** Lets people in again. Returns how many were shut out before. */
  unlockUsers(guids: readonly string[]): Promise<number>;
  /** Closes its connections. */
  close(): Promise<void>;
}

/** Options of {@link createRealmKeeper}. */
export interface RealmKeeperOptions {
  /** The authority Keycloak's certificate comes from, PEM. Default: those Node trusts. */
  readonly caPem?: string;
}

/**
 * @param log gets a line a change
 */
export function createRealmKeeper(
  config: RealmConfig,
  secrets: RealmSecrets,
  log: (line: string) => void,
  options: RealmKeeperOptions = {},
): RealmKeeper {
  const desired = desiredRealm(config, secrets);
  const connection = connect(config, secrets, options.caPem);
  const realm = realmName;

  async function setEnabled(guids: readonly string[], enabled: boolean): Promise<number> {
    let changed = 0;
    await connection.run(enabled ? "letting people in" : "shutting people out", async (admin) => {
      for (const guid of guids) {
        // Asked of the database alone: who was never imported has no session to end.
        const [user] = await admin.users.find({ realm, q: `LDAP_ID:${guid}`, max: 1 });
        if (user?.id === undefined) continue;
        if (user.enabled !== enabled) {
          changed++;
          await admin.users.update({ realm, id: user.id }, { enabled });
          log(`realm: ${user.username} ${enabled ? "let in again" : "shut out"}`);
        }
        if (!enabled) await admin.users.logout({ realm, id: user.id });
      }
    });
    return changed;
  }

  return {
    converge: () =>
      connection.run("bringing the realm in line", async (admin) => {
        const begin = performance.now();
        const to: Applying = { admin, changes: [] };
        try {
          await applySettings(to, desired);
          await applyProfile(to, desired);
          await applyRequiredActions(to, desired);
          // The rules of the login stand before anybody can log in: people and services come after.
          await applyBrowserFlow(to, desired);
          await applyFederation(to, desired);
          await applyClients(to, desired);
          await applyStewardClient(to);
          await applyBreakGlass(to, config, secrets);
          await applySmokeAccount(to, config, secrets);
        } finally {
          // Told even when a later part fails: they are done.
          for (const change of to.changes) log(`realm: ${change}`);
        }
        return { changes: to.changes, ms: Math.round(performance.now() - begin) };
      }),
    syncUsers: (kind) =>
      connection.run("synchronising people", async (admin) => {
        const begin = performance.now();
        const [federation] = await admin.components.find({ realm, name: desired.federation.component.name });
        if (federation?.id === undefined) throw new RealmError("synchronising people: the realm has no federation yet");
        const action = kind === "full" ? "triggerFullSync" : "triggerChangedUsersSync";
        const {
          added = 0,
          updated = 0,
          failed = 0,
        } = await admin.userStorageProvider.sync({
          realm,
          id: federation.id,
          action,
        });
        // The smoke account may have come with this synchronisation; probes do not wait for the next convergence.
        const to: Applying = { admin, changes: [] };
        await applySmokeAccount(to, config, secrets);
        for (const change of to.changes) log(`realm: ${change}`);
        return { added, updated, failed, ms: Math.round(performance.now() - begin) };
      }),
    lockUsers: (guids) => setEnabled(guids, false),
    unlockUsers: (guids) => setEnabled(guids, true),
    close: () => connection.close(),
  };
}
