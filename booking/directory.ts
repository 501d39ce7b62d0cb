import { Client, type Entry } from "ldapts";

/** Where and as whom the directory is asked. */
export interface DirectoryAccess {
  readonly url: string;
  readonly bindDn: string;
  readonly password: string;
  readonly ca: string;
}

/** Suffix of the shadow directory. */
export const suffix = "dc=planb";

/** Values of an attribute. */
export const values = (entry: Entry, name: string): string[] => [entry[name] ?? []].flat().map(String);

/** Somebody of the directory. */
export interface Known {
  readonly guid: string;
  readonly login: string;
  readonly name: string;
}

/** Everybody who was not deleted, shut out or not. @throws when the directory does not answer */
export const everybody = (access: DirectoryAccess): Promise<readonly Known[]> =>
  withDirectory(access, async (client) => {
    const { searchEntries } = await client.search(`ou=people,${suffix}`, {
      scope: "one",
      filter: "(&(planbGuid=*)(!(planbState=deleted)))",
      attributes: ["planbGuid", "uid", "displayName", "cn"],
      paged: true,
    });
    return searchEntries.map((entry) => ({
      guid: (values(entry, "planbGuid")[0] ?? "").toLowerCase(),
      login: values(entry, "uid")[0] ?? "",
      name: values(entry, "displayName")[0] ?? values(entry, "cn")[0] ?? "",
    }));
  });

/**
 * Asks the directory over a connection of its own.
 *
 * @throws when it does not answer
 */
export async function withDirectory<T>(
  { url, bindDn, password, ca }: DirectoryAccess,
  ask: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ url, timeout: 5000, connectTimeout: 5000, tlsOptions: { ca: [ca] } });
  try {
    await client.bind(bindDn, password);
    return await ask(client);
  } finally {
    await client.unbind().catch(() => undefined);
  }
}
