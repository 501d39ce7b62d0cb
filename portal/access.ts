import { z } from "zod";
import { type AppPasswordKind, appPasswordKinds } from "../model/app-password.ts";

const listed = z.object({
  id: z.string(),
  name: z.string(),
  protocols: z.array(z.enum(appPasswordKinds)),
  createdAt: z.iso.datetime().nullable(),
  usedAt: z.iso.datetime().nullable(),
});

/** An app password as its owner sees it listed. */
export type ListedAppPassword = z.infer<typeof listed>;

/** What became of the wish for an app password; the text is told this once. */
export type MadeAppPassword = { readonly password: string } | "tooMany";

/** Where app passwords are made. Each throws when the other side is away. */
export interface AppPasswords {
  list(guid: string): Promise<readonly ListedAppPassword[]>;
  make(guid: string, name: string, protocols: readonly AppPasswordKind[]): Promise<MadeAppPassword>;
  /** One that is not there is as good as removed. */
  remove(guid: string, id: string): Promise<void>;
}

/** Longest wait for a list, in ms: the page is shown without it. */
const listMs = 2500;
/** Longest wait for a change, in ms: hashing takes its time on a busy machine. */
const changeMs = 8000;

/**
 * The access service over HTTPS.
 *
 * @param url its address
 * @param token by which it knows the portal
 */
export function accessService(url: string, token: string): AppPasswords {
  const ask = async (guid: string, rest = "", init: RequestInit = {}): Promise<Response> => {
    const address = `${url}/people/${encodeURIComponent(guid)}/app-passwords${rest}`;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return fetch(address, { ...init, headers, signal: AbortSignal.timeout(init.method ? changeMs : listMs) });
  };
  const unexpected = (what: string, response: Response) => new Error(`access: ${what}: ${response.status}`);
  return {
    async list(guid) {
      const response = await ask(guid);
      if (!response.ok) throw unexpected("list", response);
      return z.array(listed).parse(await response.json());
    },
    async make(guid, name, protocols) {
      const response = await ask(guid, "", { method: "POST", body: JSON.stringify({ name, protocols }) });
      if (response.status === 409) return "tooMany";
      if (response.status !== 201) throw unexpected("make", response);
      return z.object({ password: z.string() }).parse(await response.json());
    },
    async remove(guid, id) {
      const response = await ask(guid, `/${encodeURIComponent(id)}`, { method: "DELETE" });
      if (!response.ok && response.status !== 404) throw unexpected("remove", response);
    },
  };
}
