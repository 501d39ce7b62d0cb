import { readFileSync } from "node:fs";
import { AndFilter, Client, EqualityFilter, InvalidCredentialsError, NotFilter, OrFilter } from "ldapts";
import type { AccessSettings } from "./settings.ts";

/** Milliseconds for a connection, and for an answer of the directory itself. */
const connectMs = 2000;
const answerMs = 5000;
/** A password that is not known here is checked by AD, whose answer slapd awaits for up to 2 s a controller. */
const bindMs = 9000;
/** Connections kept for binds. */
const keptForBinds = 4;

/** The shadow directory, as this program uses it. */
export interface Directory {
  /** Runs a job on the connection of the service account; once more when the connection was found dead. */
  use<T>(job: (client: Client) => Promise<T>): Promise<T>;
  /** Whether the password opens the entry. @throws Error when nobody could check it */
  opens(dn: string, password: string): Promise<boolean>;
  /** Base of the people. */
  readonly people: string;
  /** Password policy that locks nothing. */
  readonly noLockPolicy: string;
  close(): Promise<void>;
}

/** The shadow directory, reached when it is first asked. */
export function openDirectory(
  { url, bindDn, suffix }: AccessSettings["directory"],
  password: string,
  ca: string = readFileSync("/config/ca.pem", "utf8"),
): Directory {
  const tlsOptions = { ca: [ca], minVersion: "TLSv1.2" as const };
  const connect = (timeout: number) => new Client({ url, timeout, connectTimeout: connectMs, tlsOptions });
  let service: Promise<Client> | undefined;
  const idle: Client[] = [];

  const serviceClient = async (): Promise<Client> => {
    const open = await service?.catch(() => undefined);
    if (open?.isConnected) return open;
    const client = connect(answerMs);
    service = client.bind(bindDn, password).then(() => client);
    return service;
  };
  const dead = (client: Client): Promise<void> => client.unbind().catch(() => undefined);

  return {
    people: `ou=people,${suffix}`,
    noLockPolicy: `cn=programs,ou=policies,${suffix}`,
    async use(job) {
      const client = await serviceClient();
      try {
        return await job(client);
      } catch (error) {
        if (client.isConnected) throw error;
        service = undefined;
        return job(await serviceClient());
      }
    },
    async opens(dn, secret) {
      // An empty password would be no proof: LDAP takes it as a bind of nobody.
      if (secret === "") return false;
      for (;;) {
        const kept = idle.pop();
        const client = kept ?? connect(bindMs);
        try {
          await client.bind(dn, secret);
        } catch (error) {
          if (error instanceof InvalidCredentialsError) {
            keep(client);
            return false;
          }
          const wasClosed = kept !== undefined && !client.isConnected;
          await dead(client);
          if (wasClosed) continue;
          throw error;
        }
        keep(client);
        return true;
      }
    },
    async close() {
      const open = await service?.catch(() => undefined);
      await Promise.all([...idle.splice(0), ...(open ? [open] : [])].map(dead));
    },
  };

  function keep(client: Client): void {
    if (idle.length < keptForBinds && client.isConnected) idle.push(client);
    else void dead(client);
  }
}

const equal = (attribute: string, value: string) => new EqualityFilter({ attribute, value });
const person = equal("objectClass", "planbPerson");
const gone = new NotFilter({ filter: equal("planbState", "deleted") });

/** Filter that finds the person with a login: user name, an address of theirs or their principal name. */
export const loginFilter = (login: string): AndFilter =>
  new AndFilter({
    filters: [
      person,
      gone,
      new OrFilter({
        filters: ["uid", "mail", "planbMailAlias", "planbPrincipal"].map((name) => equal(name, login)),
      }),
    ],
  });

/** Filter that finds the person with a GUID. */
export const guidFilter = (guid: string): AndFilter =>
  new AndFilter({ filters: [person, gone, equal("planbGuid", guid)] });
