import type RealmRepresentation from "@keycloak/keycloak-admin-client/lib/defs/realmRepresentation.js";
import { differences } from "../compare.ts";
import { realmName } from "../config.ts";
import type { DesiredRealm } from "../desired/index.ts";
import type { Applying } from "./change.ts";

/** Makes the realm where it is missing and brings the settings of both realms in line. */
export async function applySettings(to: Applying, desired: DesiredRealm): Promise<void> {
  // The library answers null where its type says undefined.
  if (!(await to.admin.realms.findOne({ realm: realmName }))) {
    to.changes.push(`realm ${realmName}: made`);
    await to.admin.realms.create(desired.settings);
  }
  await update(to, realmName, desired.settings);
  await update(to, "master", desired.master);
}

async function update({ admin, changes }: Applying, realm: string, wanted: RealmRepresentation): Promise<void> {
  const found = await admin.realms.findOne({ realm });
  const fields = differences(wanted, found);
  if (fields.length === 0) return;
  changes.push(`realm ${realm}: ${fields.join(", ")}`);
  const attributes = { ...found?.attributes, ...wanted.attributes };
  const changed = Object.fromEntries(Object.entries(wanted).filter(([key]) => fields.includes(key)));
  await admin.realms.update({ realm }, { ...changed, realm, attributes });
}

/** Registers, switches on and switches off what a person may be asked to do at a login. */
export async function applyRequiredActions({ admin, changes }: Applying, desired: DesiredRealm): Promise<void> {
  const realm = realmName;
  let found = await admin.authenticationManagement.getRequiredActions();
  const missing = desired.requiredActions.filter(({ alias }) => !found.some((action) => action.alias === alias));
  for (const { alias } of missing) {
    const unregistered = await admin.authenticationManagement.getUnregisteredRequiredActions();
    const action = unregistered.find(({ providerId }) => providerId === alias);
    // A feature that the image was built without has no action; it cannot be on either.
    if (action === undefined) continue;
    changes.push(`required action ${alias}: registered`);
    await admin.authenticationManagement.registerRequiredAction({ ...action, realm });
  }
  if (missing.length > 0) found = await admin.authenticationManagement.getRequiredActions();
  for (const action of desired.requiredActions) {
    const current = found.find(({ alias }) => alias === action.alias);
    if (current === undefined) continue;
    const fields = differences(action, current);
    if (fields.length === 0) continue;
    changes.push(`required action ${action.alias}: ${fields.join(", ")}`);
    await admin.authenticationManagement.updateRequiredAction(
      { realm, alias: action.alias ?? "" },
      { ...current, ...action },
    );
  }
}

/** Brings the user profile in line. */
export async function applyProfile({ admin, changes }: Applying, desired: DesiredRealm): Promise<void> {
  const found = await admin.users.getProfile({ realm: realmName });
  const fields = differences(desired.profile, found);
  if (fields.length === 0) return;
  changes.push(`user profile: ${fields.join(", ")}`);
  await admin.users.updateProfile({ realm: realmName, ...desired.profile });
}
