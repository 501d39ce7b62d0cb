import { Client } from "ldapts";
import { type AppPassword, appPasswordKinds, parseAppPassword } from "../model/app-password.ts";
import { readInput } from "./directory/ad.ts";
import { texts } from "./directory/ad-entries.ts";
import { personDn } from "./directory/desired.ts";
import type { DirectoryConfig, Shadow } from "./directory/index.ts";
import { generalizedTime } from "./directory/passwords.ts";
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
    const entry = await shadow.read(dn, ["uid", "mail"]);
    if (entry && proven) return;
    const password = readInput(smoke.passwordFile, "the smoke account's password").trim();
    const mail = smoke.mail === undefined ? [] : [smoke.mail];
    if (!entry) {
      await shadow.add(dn, {
        objectClass: ["inetOrgPerson", "planbPerson"],
        planbGuid: [smokeGuid],
        uid: [smoke.uid],
        cn: [smoke.displayName],
        sn: [smoke.displayName],
        displayName: [smoke.displayName],
        mail,
        planbState: ["ok"],
        planbPasswordKnown: ["TRUE"],
        planbPasswordOrigin: ["local"],
        userPassword: [password],
      });
    } else {
      if (texts(entry, "mail").join() !== mail.join())
        await shadow.modify(dn, [{ operation: "replace", type: "mail", values: mail }]);
      if (!(await opens(config, dn, password))) await setPassword(shadow, dn, password);
    }
    if (smoke.appPasswordFile !== undefined) await keepAppPassword(config, shadow, dn, smoke.appPasswordFile);
    proven = true;
  };
}

const setPassword = (shadow: Shadow, dn: string, password: string): Promise<void> =>
  shadow.modify(dn, [{ operation: "replace", type: "userPassword", values: [password] }]);

/** Keeps the one app password that opens everything for the probes; one of an earlier secret goes. */
async function keepAppPassword(config: DirectoryConfig, shadow: Shadow, person: string, file: string): Promise<void> {
  const wanted = appPassword(file);
  const dn = `cn=app-${wanted.id},${person}`;
  const branch = person.slice(0, -shadow.baseDn.length - 1);
  for (const old of await shadow.find(branch, "(objectClass=planbAppPassword)", ["cn"]))
    if (texts(old, "cn")[0] !== `app-${wanted.id}`) await shadow.remove(old.dn);
  if (await shadow.read(dn, ["cn"])) {
    if (!(await opens(config, dn, wanted.canonical))) await setPassword(shadow, dn, wanted.canonical);
    return;
  }
  await shadow.add(dn, {
    objectClass: ["planbAppPassword"],
    cn: [`app-${wanted.id}`],
    description: ["probes"],
    planbProtocol: [...appPasswordKinds],
    planbCreatedAt: [generalizedTime(new Date())],
    pwdPolicySubentry: [`cn=programs,ou=policies,${shadow.baseDn}`],
    userPassword: [wanted.canonical],
  });
}

function appPassword(file: string): AppPassword {
  const parsed = parseAppPassword(readInput(file, "the smoke account's app password"));
  if (!parsed) throw new Error(`${file}: not an app password`);
  return parsed;
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
