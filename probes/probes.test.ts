import { createServer, type Server } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authority, type HttpProbe, type LdapProbe, type ProbeResult } from "../model/index.ts";
import { type ProbeContext, runProbe, runProbes } from "./index.ts";

const master = "a-master-for-tests-only-0123456789abcdef0123456789";
const servers: (Server | TcpServer)[] = [];

async function listen(server: Server | TcpServer): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

let context: ProbeContext;
let port: number;
let foreignPort: number;
let silentPort: number;

beforeAll(async () => {
  const ours = await authority(master, "ca/1", "Ours");
  const foreign = await authority(master, "other/1", "Foreign");
  const certificate = async (by: typeof ours, name: string) => {
    const { certPem, keyPem } = await by.issue("test/1", [name]);
    return { cert: certPem, key: keyPem };
  };
  const page = createServer(await certificate(ours, "start.proeve.example"), (request, response) => {
    if (request.url === "/moved") response.writeHead(302, { location: "/" }).end();
    else if (request.url === "/slow") setTimeout(() => response.end("late"), 700).unref();
    else if (request.url === "/broken") response.writeHead(503).end("<h1>Ude af   drift</h1><script>x</script>");
    else response.end("<title>Startside - Ærø</title>");
  });
  port = await listen(page);
  foreignPort = await listen(createServer(await certificate(foreign, "start.proeve.example"), (_, r) => r.end("hi")));
  silentPort = await listen(createTcpServer((socket) => void socket.on("error", () => undefined)));
  context = { caPem: ours.caPem, address: "127.0.0.1", secrets: { reader: "x" } };
});

afterAll(() => {
  for (const server of servers) {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  }
});

const http = (url: string, more: Partial<HttpProbe> = {}): HttpProbe => ({
  kind: "http",
  name: "page",
  service: "portal",
  title: { en: "Start page", da: "Startside" },
  url,
  ...more,
});

const ldap = (url: string, more: Partial<LdapProbe> = {}): LdapProbe => ({
  kind: "ldap",
  name: "bind",
  service: "directory",
  title: { en: "Directory", da: "Katalog" },
  url,
  bindDn: "cn=reader,ou=services,dc=planb",
  passwordSecret: "reader",
  baseDn: "dc=planb",
  filter: "(objectClass=*)",
  ...more,
});

const detail = async (probe: HttpProbe | LdapProbe, at = context): Promise<ProbeResult["detail"]> => {
  const result = await runProbe(probe, at);
  expect(result.ok).toBe(false);
  return result.detail;
};

describe("http", () => {
  it("finds a public name at the stack's address, without DNS", async () => {
    const result = await runProbe(http(`https://start.proeve.example:${port}/`, { contains: "Ærø" }), context);
    expect(result).toEqual({
      probe: "page",
      service: "portal",
      ok: true,
      ms: expect.any(Number),
      detail: "status 200, 30 characters",
    });
  });

  it("tells a wrong status, a redirect and a missing text", async () => {
    const base = `https://start.proeve.example:${port}`;
    expect(await detail(http(`${base}/broken`))).toBe(
      `${base}/broken: expected status 200, got 503 with "Ude af drift"`,
    );
    expect(await detail(http(`${base}/moved`))).toBe(
      `${base}/moved: expected status 200, got 302 with a redirect to /`,
    );
    expect(await detail(http(`${base}/`, { contains: "Log ind" }))).toBe(
      `${base}/: expected "Log ind" in the page, got "Startside - Ærø"`,
    );
  });

  it("refuses a certificate of another CA, and one for another name", async () => {
    expect(await detail(http(`https://start.proeve.example:${foreignPort}/`))).toMatch(/not signed by the stack's CA/);
    const other = await detail(http(`https://login.proeve.example:${port}/`));
    expect(other).toMatch(/login\.proeve\.example.*DNS:start\.proeve\.example/);
  });

  it("tells a closed port, a server without TLS and one that is too slow", async () => {
    expect(await detail(http("https://start.proeve.example:1/"))).toBe(
      "https://start.proeve.example:1 at 127.0.0.1: nothing listens there: is the workload running, and is the port the stack's? (ECONNREFUSED)",
    );
    expect(await detail(http(`https://start.proeve.example:${silentPort}/`, { timeoutMs: 300 }))).toMatch(
      /not done within 300 ms|no connection in time/,
    );
    expect(await detail(http(`https://start.proeve.example:${port}/slow`, { timeoutMs: 300 }))).toMatch(
      /not done within 300 ms|no answer in time/,
    );
  });
});

describe("ldap", () => {
  it("tells a closed port, a foreign CA and a server that hangs", async () => {
    expect(await detail(ldap("ldaps://directory.proeve.example:1"))).toMatch(/nothing listens there/);
    expect(await detail(ldap(`ldaps://start.proeve.example:${foreignPort}`))).toMatch(/not signed by the stack's CA/);
    expect(await detail(ldap(`ldaps://start.proeve.example:${silentPort}`, { timeoutMs: 300 }))).toMatch(
      /not done within 300 ms|no answer in time/,
    );
  });

  it("tells which secret is missing", async () => {
    expect(await detail(ldap("ldaps://x.example:1", { passwordSecret: "gone" }))).toMatch(/secret "gone" is not among/);
  });
});

describe("runProbes", () => {
  it("keeps the probes' order and tells each result as it comes", async () => {
    const base = `https://start.proeve.example:${port}`;
    const probes = ["/slow", "/", "/broken", "/", "/", "/"].map((path, index) =>
      http(`${base}${path}`, { name: `p${index}`, timeoutMs: 3000 }),
    );
    const seen: string[] = [];
    const results = await runProbes(probes, context, ({ probe }) => void seen.push(probe));
    expect(results.map(({ probe, ok }) => `${probe} ${ok}`)).toEqual([
      "p0 true",
      "p1 true",
      "p2 false",
      "p3 true",
      "p4 true",
      "p5 true",
    ]);
    expect(seen.at(-1)).toBe("p0");
  });
});
