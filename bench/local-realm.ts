import Docker from "dockerode";
import { Agent, buildConnector, type Dispatcher, request } from "undici";
import { demoMaster } from "../cli/keys.ts";
import type { OpenStack } from "../cli/stack.ts";
import { derive } from "../model/derive.ts";
import type { StackOutputs } from "../model/outputs.ts";
import { dockerName } from "../platform/docker/render.ts";

const realm = "bench";
const clientId = "bench";

/** A realm of local users in the stack's own Keycloak, reached without the gateway. */
export interface LocalRealm {
  /** HTTP client that goes straight to Keycloak's container, whatever the host name. */
  readonly agent: Dispatcher;
  /** Address that begins a login. */
  readonly loginUrl: string;
  readonly users: readonly string[];
  readonly password: string;
  /** Trades the code in the address a login came back to for tokens, as a client's server does. */
  finish(arrived: URL): Promise<void>;
  close(): Promise<void>;
}

async function post(agent: Dispatcher, url: string, body: string, headers: Record<string, string>): Promise<string> {
  const answer = await request(url, { dispatcher: agent, method: "POST", body, headers });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${new URL(url).pathname} answers ${answer.statusCode}: ${text}`);
  return text;
}

const form = { "content-type": "application/x-www-form-urlencoded" };

/**
 * Makes a realm with local users, Keycloak's own browser flow and a confidential client.
 *
 * @param count how many users
 */
export async function makeLocalRealm(stack: OpenStack, outputs: StackOutputs, count: number): Promise<LocalRealm> {
  const container = await new Docker().getContainer(dockerName(stack.name, "sso")).inspect();
  const address = Object.values(container.NetworkSettings.Networks)[0]?.IPAddress;
  if (address === undefined) throw new Error("Keycloak's container has no address");
  const connector = buildConnector({ ca: outputs.caPem, timeout: 10_000 });
  const agent = new Agent({
    connect: (options, callback) =>
      connector({ ...options, hostname: address, port: "8443", servername: "sso" }, callback),
  });
  const origin = stack.identity.origin("login");
  const secret = derive(demoMaster(stack.name), "keycloak/steward/1");
  const clientSecret = derive(demoMaster(stack.name), "bench/client/1");
  const password = derive(demoMaster(stack.name), "bench/user/1");
  const users = Array.from({ length: count }, (_, index) => `local${index}`);
  const token = async (): Promise<Record<string, string>> => {
    const fields = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "steward",
      client_secret: secret,
    });
    const text = await post(agent, `${origin}/realms/master/protocol/openid-connect/token`, `${fields}`, form);
    return { authorization: `Bearer ${(JSON.parse(text) as { access_token: string }).access_token}` };
  };
  const callback = `${origin}/realms/${realm}/.well-known/openid-configuration`;
  const remove = async () => {
    const headers = await token();
    const answer = await request(`${origin}/admin/realms/${realm}`, { dispatcher: agent, method: "DELETE", headers });
    await answer.body.dump();
  };
  await remove();
  const representation = {
    realm,
    enabled: true,
    sslRequired: "external",
    clients: [
      { clientId, secret: clientSecret, publicClient: false, redirectUris: [callback], protocol: "openid-connect" },
    ],
    users: users.map((username) => ({
      username,
      enabled: true,
      email: `${username}@bench.example`,
      emailVerified: true,
      firstName: "Local",
      lastName: username,
      credentials: [{ type: "password", value: password, temporary: false }],
    })),
  };
  const json = { ...(await token()), "content-type": "application/json" };
  await post(agent, `${origin}/admin/realms`, JSON.stringify(representation), json);
  const oidc = `${origin}/realms/${realm}/protocol/openid-connect`;
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: callback,
    response_type: "code",
    scope: "openid",
  });
  return {
    agent,
    loginUrl: `${oidc}/auth?${query}`,
    users,
    password,
    async finish(arrived) {
      const fields = new URLSearchParams({
        grant_type: "authorization_code",
        code: arrived.searchParams.get("code") ?? "",
        redirect_uri: callback,
        client_id: clientId,
        client_secret: clientSecret,
      });
      await post(agent, `${oidc}/token`, `${fields}`, form);
    },
    async close() {
      await remove();
      await agent.close();
    },
  };
}
