import type UserRepresentation from "@keycloak/keycloak-admin-client/lib/defs/userRepresentation.js";
import { type RealmConfig, type RealmSecrets, realmName, stewardClientId } from "../config.ts";
import { fingerprint } from "../desired/federation.ts";
import type { Applying } from "./change.ts";

/** A TOTP credential with a given seed, as Keycloak stores one. */
function totp(seed: string) {
  return {
    type: "otp",
    userLabel: label(seed),
    secretData: JSON.stringify({ value: seed }),
    credentialData: JSON.stringify({
      subType: "totp",
      digits: 6,
      counter: 0,
      period: 30,
      algorithm: "HmacSHA1",
      secretEncoding: "BASE32",
    }),
  };
}

/** Credentials of ours carry the fingerprint of their secret, for Keycloak never shows one again. */
const label = (secret: string) => `planb ${fingerprint(secret)}`;

/**
 * Puts the TOTP credential with a given seed on an account; others of ours are removed, a person's own stay.
 *
 * @returns false when there is nothing to do
 */
async function applyTotp({ admin, changes }: Applying, realm: string, user: UserRepresentation, seed: string) {
  const id = user.id ?? "";
  const found = (await admin.users.getCredentials({ realm, id })).filter(
    ({ type, userLabel }) => type === "otp" && userLabel?.startsWith("planb "),
  );
  for (const old of found.filter(({ userLabel }) => userLabel !== label(seed))) {
    changes.push(`account ${user.username}: an old second factor removed`);
    await admin.users.deleteCredential({ realm, id, credentialId: old.id ?? "" });
  }
  if (found.some(({ userLabel }) => userLabel === label(seed))) return;
  changes.push(`account ${user.username}: second factor`);
  await admin.users.update({ realm, id }, { credentials: [totp(seed)] });
}

/** The smoke account comes from the directory; its second factor is derived, so that a probe can log in. */
export async function applySmokeAccount(to: Applying, config: RealmConfig, secrets: RealmSecrets): Promise<void> {
  const [user] = await to.admin.users.find({ realm: realmName, username: config.smoke, exact: true });
  // Not there before the first pass of the directory's sync; the next convergence finds it.
  if (user !== undefined) await applyTotp(to, realmName, user, secrets.smokeTotp);
}

/** The break-glass administrator: local in the master realm, with a second factor, so no directory is needed. */
export async function applyBreakGlass(to: Applying, config: RealmConfig, secrets: RealmSecrets): Promise<void> {
  const { admin, changes } = to;
  const realm = "master";
  const username = config.breakGlass;
  let [user] = await admin.users.find({ realm, username, exact: true });
  if (user?.id === undefined) {
    changes.push(`account ${username}: made`);
    const { id } = await admin.users.create({ realm, username, enabled: true });
    user = { id, username, enabled: true };
  }
  const id = user.id ?? "";
  if (user.enabled !== true) {
    changes.push(`account ${username}: enabled`);
    await admin.users.update({ realm, id }, { enabled: true });
  }
  const roles = await admin.users.listRealmRoleMappings({ realm, id });
  if (!roles.some(({ name }) => name === "admin")) {
    const role = await admin.roles.findOneByName({ realm, name: "admin" });
    changes.push(`account ${username}: role admin`);
    await admin.users.addRealmRoleMappings({ realm, id, roles: [{ id: role?.id ?? "", name: "admin" }] });
  }
  const credentials = await admin.users.getCredentials({ realm, id });
  const wanted = label(secrets.breakGlassPassword);
  if (!credentials.some(({ type, userLabel }) => type === "password" && userLabel === wanted)) {
    changes.push(`account ${username}: password`);
    const credential = { type: "password", value: secrets.breakGlassPassword, temporary: false };
    await admin.users.resetPassword({ realm, id, credential });
    const password = (await admin.users.getCredentials({ realm, id })).find(({ type }) => type === "password");
    await admin.users.updateCredentialLabel({ realm, id, credentialId: password?.id ?? "" }, wanted);
  }
  await applyTotp(to, realm, user, secrets.breakGlassTotp);
}

/** Keycloak makes the steward's client as a temporary one at its first start; it is here to stay. */
export async function applyStewardClient({ admin, changes }: Applying): Promise<void> {
  const realm = "master";
  const [client] = await admin.clients.find({ realm, clientId: stewardClientId });
  const temporary = "is_temporary_admin";
  if (client?.id !== undefined && client.attributes?.[temporary] === "true") {
    changes.push(`client ${stewardClientId}: no longer temporary`);
    const attributes = { ...client.attributes, [temporary]: "" };
    await admin.clients.update({ realm, id: client.id }, { ...client, attributes });
  }
}
