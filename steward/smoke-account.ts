import { Client } from "ldapts";
import { readInput } from "./directory/ad.ts";
import { personDn } from "./directory/desired.ts";
import type { DirectoryConfig, Shadow } from "./directory/index.ts";
import type { StatusConfig } from "./status-config.ts";

/** GUID of the account that probes log in with; no directory hands it out. */
export const smokeGuid = "706c616e-6200-4000-8000-000000000001";

/**
 * Keeps the account that probes log in with: an ordinary person of the shadow directory that no existing directory
 * knows, with a password that is known here.
 *
 * @returns a function to run at the beginning of each pass; it looks once, and again when the entry is gone
 */
export function smokeKeeper(config: DirectoryConfig, smoke: StatusConfig["smoke"]): (shadow: Shadow) => Promise<void> {
  let proven = false;
  return async (shadow) => {
    if (!smoke) return;
    const dn = personDn(smokeGuid, shadow.baseDn);
    const entry = await shadow.read(dn, ["uid"]);
    if (entry && proven) return;
    const password = readInput(smoke.passwordFile, "the smoke account's password").trim();
    if (!entry) {
      await shadow.add(dn, {
        objectClass: ["inetOrgPerson", "planbPerson"],
        planbGuid: [smokeGuid],
        uid: [smoke.uid],
        cn: [smoke.displayName],
        sn: [smoke.displayName],
        displayName: [smoke.displayName],
        planbState: ["ok"],
        planbPasswordKnown: ["TRUE"],
        planbPasswordOrigin: ["local"],
        userPassword: [password],
      });
    } else if (!(await opens(config, dn, password))) {
      await shadow.modify(dn, [{ operation: "replace", type: "userPassword", values: [password] }]);
    }
    proven = true;
  };
}

async function opens({ shadow }: DirectoryConfig, dn: string, password: string): Promise<boolean> {
  const ca = readInput(shadow.caFile, "the stack's certificate authority");
  const client = new Client({ url: shadow.url, timeout: 10_000, connectTimeout: 5000, tlsOptions: { ca: [ca] } });
  try {
    await client.bind(dn, password);
    return true;
  } catch {
    return false;
  } finally {
    await client.unbind().catch(() => undefined);
  }
}
