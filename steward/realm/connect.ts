import KeycloakAdminClient, { NetworkError } from "@keycloak/keycloak-admin-client";
import { Agent } from "undici";
import { type RealmConfig, type RealmSecrets, realmName, stewardClientId } from "./config.ts";
import { KeycloakUnavailable, RealmError } from "./errors.ts";

/** Longest time for one request, in ms: a full synchronisation of many people is one request. */
const requestTimeoutMs = 120_000;

/** Talks to Keycloak's admin API as the client `steward` of the master realm. */
export interface Connection {
  readonly admin: KeycloakAdminClient;
  /** Runs an action and tells a Keycloak that is away from one that refuses. */
  run<T>(what: string, action: (admin: KeycloakAdminClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Connects. Nothing is sent yet.
 *
 * @param caPem the authority Keycloak's certificate comes from. Default: those Node trusts
 */
export function connect(config: Pick<RealmConfig, "url">, secrets: RealmSecrets, caPem?: string): Connection {
  const agent = new Agent({ connect: { timeout: 5000, ...(caPem === undefined ? {} : { ca: caPem }) } });
  // Node's fetch takes undici's agent, which the type of the browsers' fetch does not know.
  const requestOptions = { dispatcher: agent } as unknown as RequestInit;
  const options = { baseUrl: config.url, timeout: requestTimeoutMs, requestOptions };
  const admin = new KeycloakAdminClient({ ...options, realmName });
  const tokens = new KeycloakAdminClient({ ...options, realmName: "master" });
  // The library renews by refresh token, which a service account has none of.
  admin.registerTokenProvider({
    async getAccessToken() {
      if (tokens.accessToken === undefined || tokens.isTokenExpired()) {
        await tokens.auth({
          grantType: "client_credentials",
          clientId: stewardClientId,
          clientSecret: secrets.steward,
        });
      }
      return tokens.accessToken;
    },
  });
  return {
    admin,
    run: async (what, action) => {
      try {
        return await action(admin);
      } catch (error) {
        throw explain(what, config.url, error);
      }
    },
    close: () => agent.close(),
  };
}

function explain(what: string, url: string, error: unknown): Error {
  if (error instanceof KeycloakUnavailable || error instanceof RealmError) return error;
  if (error instanceof NetworkError) {
    const { status, url: at } = error.response;
    // 502 to 504: a gateway or a Keycloak that is still starting.
    if (status >= 502) return new KeycloakUnavailable(`${what}: ${url} answers ${status}`, { cause: error });
    const detail = typeof error.responseData === "string" ? error.responseData : JSON.stringify(error.responseData);
    return new RealmError(`${what}: ${new URL(at).pathname} answers ${status}: ${detail}`, { cause: error });
  }
  if (error instanceof TypeError || (error instanceof Error && error.name === "TimeoutError")) {
    const cause = error.cause instanceof Error ? error.cause.message : error.message;
    return new KeycloakUnavailable(`${what}: ${url} does not answer: ${cause}`, { cause: error });
  }
  return error instanceof Error ? error : new RealmError(`${what}: ${String(error)}`);
}
