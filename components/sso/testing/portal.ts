import { createHash, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:https";
import { Agent, request } from "undici";
import { loginOrigin, portalOrigin, ports, realmSecrets } from "./stack.ts";

/** A small service behind the login, in place of edge: it shows the claims it was told. */
export interface TestPortal {
  /** Refreshes the last login's tokens; the status Keycloak answered. */
  refresh(): Promise<number>;
  close(): Promise<void>;
}

const realm = `${loginOrigin}/realms/planb/protocol/openid-connect`;
const redirectUri = `${portalOrigin}/oidc`;

/** Starts it on the test's own port. */
export async function startPortal(tls: { certPem: string; keyPem: string }, caPem: string): Promise<TestPortal> {
  const agent = new Agent({ connect: { ca: caPem } });
  const verifiers = new Map<string, string>();
  let refreshToken = "";

  async function tokens(fields: Record<string, string>): Promise<{ status: number; body: Record<string, string> }> {
    const response = await request(`${realm}/token`, {
      method: "POST",
      dispatcher: agent,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        authorization: `Basic ${Buffer.from(`edge:${realmSecrets.edgeClient}`).toString("base64")}`,
      },
      body: new URLSearchParams(fields).toString(),
    });
    const body = (await response.body.json()) as Record<string, string>;
    refreshToken = body["refresh_token"] ?? refreshToken;
    return { status: response.statusCode, body };
  }

  const server: Server = createServer({ cert: tls.certPem, key: tls.keyPem }, (incoming, outgoing) => {
    const answer = async () => {
      const url = new URL(incoming.url ?? "/", portalOrigin);
      if (url.pathname !== "/oidc") {
        const state = randomBytes(16).toString("hex");
        const verifier = randomBytes(32).toString("base64url");
        verifiers.set(state, verifier);
        const query = new URLSearchParams({
          client_id: "edge",
          response_type: "code",
          scope: "openid profile email",
          redirect_uri: redirectUri,
          state,
          code_challenge_method: "S256",
          code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        });
        outgoing.writeHead(302, { location: `${realm}/auth?${query}` }).end();
        return;
      }
      const { status, body } = await tokens({
        grant_type: "authorization_code",
        code: url.searchParams.get("code") ?? "",
        redirect_uri: redirectUri,
        code_verifier: verifiers.get(url.searchParams.get("state") ?? "") ?? "",
      });
      const claims = Buffer.from((body["id_token"] ?? "..").split(".")[1] ?? "", "base64url").toString();
      outgoing.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(claims || JSON.stringify(body));
    };
    answer().catch((error: unknown) => outgoing.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(ports.portal, "127.0.0.1", resolve));
  return {
    refresh: async () => (await tokens({ grant_type: "refresh_token", refresh_token: refreshToken })).status,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await agent.close();
    },
  };
}
