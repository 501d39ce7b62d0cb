import { differences } from "../compare.ts";
import { realmName } from "../config.ts";
import type { DesiredClient } from "../desired/clients.ts";
import type { DesiredRealm } from "../desired/index.ts";
import type { Applying } from "./change.ts";

const realm = realmName;

/** Brings the declared clients and their claims in line; a claim nobody declared is removed from them. */
export async function applyClients(to: Applying, desired: DesiredRealm): Promise<void> {
  for (const client of desired.clients) await applyClient(to, client);
}

async function applyClient({ admin, changes }: Applying, client: DesiredClient): Promise<void> {
  const { protocolMappers, ...wanted } = client;
  const { clientId } = wanted;
  const [found] = await admin.clients.find({ realm, clientId });
  if (found?.id === undefined) {
    changes.push(`client ${clientId}: made`);
    await admin.clients.create({ realm, ...client });
    return;
  }
  const { id } = found;
  const fields = differences(wanted, found);
  if (fields.length > 0) {
    changes.push(`client ${clientId}: ${fields.join(", ")}`);
    const attributes = { ...found.attributes, ...wanted.attributes };
    await admin.clients.update({ realm, id }, { ...found, ...wanted, attributes });
  }
  if (protocolMappers === undefined) return;
  const undeclared = (found.protocolMappers ?? []).filter(({ name }) => !protocolMappers.some((m) => m.name === name));
  for (const mapper of undeclared) {
    changes.push(`client ${clientId}, claim ${mapper.name}: removed`);
    await admin.clients.delProtocolMapper({ realm, id, mapperId: mapper.id ?? "" });
  }
  for (const mapper of protocolMappers) {
    const existing = found.protocolMappers?.find(({ name }) => name === mapper.name);
    if (existing === undefined) {
      changes.push(`client ${clientId}, claim ${mapper.name}: made`);
      await admin.clients.addProtocolMapper({ realm, id }, mapper);
    } else if (differences(mapper, existing).length > 0) {
      changes.push(`client ${clientId}, claim ${mapper.name}: ${differences(mapper, existing).join(", ")}`);
      const mapperId = existing.id ?? "";
      await admin.clients.updateProtocolMapper({ realm, id, mapperId }, { ...existing, ...mapper });
    }
  }
}
