import { Agent, request } from "undici";
import { type AccessClient, perClient } from "../../access/settings.ts";
import { stackIdentity } from "../../config/index.ts";
import { type Authority, derive, type Workload } from "../../model/index.ts";
import { type SsoConfig, ssoConfig } from "../sso/config.ts";
import { accessConfig } from "./config.ts";
import { accessName, accessPort, accessWorkload } from "./workloads.ts";

const master = "m".repeat(43);

/** Bearer token of a client in a test. */
export const testToken = (client: AccessClient): string => derive(master, `access/${client}/1`);

/**
 * The workload as a test runs it.
 *
 * @param sso settings of the login
 * @param directoryPassword of its account
 * @param hostPort where it is reachable on this host. Default: nowhere
 */
export async function testAccess(
  ca: Authority,
  directoryPassword: string,
  hostPort?: number,
  sso: Partial<SsoConfig> = {},
  settings: object = {},
): Promise<Workload> {
  const identity = stackIdentity("test-access", {
    municipality: "Ærøskøbing",
    domain: "access.localhost",
    language: "da",
    mode: "active",
    host: { address: "127.0.0.1", httpPort: 80, httpsPort: 443 },
  });
  const workload = accessWorkload({
    config: accessConfig.parse(settings),
    sso: { ...ssoConfig.parse({}), ...sso },
    identity,
    caPem: ca.caPem,
    ...(await ca.issue("access/tls/1", [accessName])),
    directoryPassword,
    tokens: perClient(testToken),
  });
  return { ...workload, ports: [{ name: "https", port: accessPort, ...(hostPort === undefined ? {} : { hostPort }) }] };
}

/** Asks the service on this host as one of its clients. */
export function askAccess(caPem: string, port: number) {
  const agent = new Agent({ connect: { ca: caPem, servername: accessName } });
  return {
    async ask(client: AccessClient | undefined, method: "GET" | "POST" | "DELETE", path: string, body?: unknown) {
      const form = typeof body === "string";
      const response = await request(`https://127.0.0.1:${port}${path}`, {
        dispatcher: agent,
        method,
        headers: {
          ...(client ? { authorization: `Bearer ${testToken(client)}` } : {}),
          ...(body === undefined
            ? {}
            : { "content-type": form ? "application/x-www-form-urlencoded" : "application/json" }),
        },
        ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
      });
      const text = await response.body.text();
      return { status: response.statusCode, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
    },
    close: () => agent.close(),
  };
}
