import { differences } from "../compare.ts";
import { realmName } from "../config.ts";
import type { DesiredRealm } from "../desired/index.ts";
import { RealmError } from "../errors.ts";
import type { Applying } from "./change.ts";

const realm = realmName;
/** Attribute of the realm that says which bind credential the federation was given. */
const credentialAttribute = "planb.bindCredential";

/**
 * Brings the federation and its mappers in line. A mapper nobody declared is removed; a second federation is only
 * reported, for removing one removes its people with their second factors.
 */
export async function applyFederation({ admin, changes }: Applying, { federation }: DesiredRealm): Promise<void> {
  const { component, mappers } = federation;
  const { providerType } = component;
  const all = await admin.components.find({ realm, type: providerType ?? "" });
  const foreign = all.filter(({ name }) => name !== component.name).map(({ name }) => name);
  if (foreign.length > 0) {
    throw new RealmError(
      `user federation ${foreign.join(", ")}: not of this stack; switch it off and remove it by hand, its people go with it`,
    );
  }
  const [current] = all;
  if (current?.id === undefined) changes.push("federation: made");
  const id = current?.id ?? (await admin.components.create({ realm, ...component })).id;
  const attributes: Record<string, unknown> = (await admin.realms.findOne({ realm }))?.attributes ?? {};
  const known = attributes[credentialAttribute] === federation.credential;
  const fields = current === undefined ? [] : differences(component.config, current.config);
  if (current !== undefined && !known) fields.push("bindCredential");
  if (fields.length > 0) {
    changes.push(`federation: ${fields.join(", ")}`);
    await admin.components.update({ realm, id }, { ...current, config: { ...current?.config, ...component.config } });
  }
  if (!known) {
    const kept = { ...attributes, [credentialAttribute]: federation.credential };
    await admin.realms.update({ realm }, { realm, attributes: kept });
  }
  const found = await admin.components.find({ realm, parent: id });
  for (const mapper of found.filter(({ name }) => !mappers.some((wanted) => wanted.name === name))) {
    changes.push(`federation mapper ${mapper.name}: removed`);
    await admin.components.del({ realm, id: mapper.id ?? "" });
  }
  for (const mapper of mappers) {
    const existing = found.find(({ name, providerId }) => name === mapper.name && providerId === mapper.providerId);
    if (existing === undefined) {
      changes.push(`federation mapper ${mapper.name}: made`);
      await admin.components.create({ realm, ...mapper, parentId: id });
      continue;
    }
    const different = differences(mapper.config, existing.config);
    if (different.length === 0) continue;
    changes.push(`federation mapper ${mapper.name}: ${different.join(", ")}`);
    await admin.components.update(
      { realm, id: existing.id ?? "" },
      { ...existing, config: { ...existing.config, ...mapper.config } },
    );
  }
}
