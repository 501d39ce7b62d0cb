import { connect as tlsConnect } from "node:tls";
import { type Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stackIdentity } from "../../config/index.ts";
import { buildImages } from "../../images/index.ts";
import { claimHeader } from "../../model/identity-headers.ts";
import { authority } from "../../model/index.ts";
import { TestStack } from "../../test/contract/engine.ts";
import { edgeConf, edgeSecretConf } from "./conf/index.ts";
import { edgeConfig } from "./config.ts";
import { loginRoute, type Route, type Site } from "./routes.ts";
import { agentHere, type Echoed, echoAt } from "./testing/echo.ts";
import { edgeWorkload } from "./workloads.ts";

const master = "m".repeat(43);
const key = "0123456789abcdef0123456789abcdef";
const identity = stackIdentity("test-edge", {
  municipality: 'Ærøskøbing "By & Land"',
  domain: "edge.localhost",
  language: "da",
  mode: "active",
  host: { address: "127.0.0.1", httpPort: 18780, httpsPort: 18743 },
});
const config = edgeConfig.parse({});
const routes: readonly Route[] = [
  loginRoute(identity, []),
  {
    service: "portal",
    host: "start",
    upstream: { workload: "portal", port: 8443 },
    login: "required",
    open: ["/hjaelp"],
  },
  {
    service: "gone",
    host: "gone",
    upstream: { workload: "gone", port: 8443 },
    login: "none",
    secret: ["/d/", "/doer/"],
  },
];

const sites: readonly Site[] = [
  {
    service: "mail",
    hostName: "mta-sts.kommune.localhost",
    pages: {
      "/.well-known/mta-sts.txt": { type: "text/plain", text: "version: STSv1\r\nmode: testing\r\n" },
      "/mail/config-v1.1.xml": { type: "text/xml", text: "<clientConfig/>" },
    },
  },
];

describe("edge on an engine", () => {
  const stack = new TestStack("edge");
  let agent: Agent;
  let caPem: string;

  const get = async (
    url: string,
    options: { headers?: Record<string, string>; method?: "GET" | "POST"; body?: string } = {},
  ) => {
    const response = await request(url, { dispatcher: agent, ...options });
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
  };
  /** Sends exactly this over TLS, and gives the answer's beginning. */
  const raw = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = tlsConnect(18743, "127.0.0.1", { servername: identity.hostName("start"), ca: caPem });
      socket.on("secureConnect", () => socket.write(text)).on("error", reject);
      socket.on("data", (data: Buffer) => {
        resolve(data.toString("latin1"));
        socket.destroy();
      });
    });
  const echoed = async (path: string, headers: Record<string, string> = {}) =>
    JSON.parse((await get(`${identity.origin("login")}${path}`, { headers })).text) as Echoed;

  beforeAll(async () => {
    await buildImages(() => {}, ["edge", "node"]);
    const ca = await authority(master, "ca/1", "Test");
    caPem = ca.caPem;
    await stack.run(await echoAt(ca, "sso"));
    await stack.run(await echoAt(ca, "portal"));
    const leaf = await ca.issue("edge/tls/1", [
      ...routes.map((route) => identity.hostName(route.host)),
      ...sites.map(({ hostName }) => hostName),
    ]);
    const secretConf = edgeSecretConf({
      ...{ identityKey: key, clientSecret: "c".repeat(32), passphrase: "p".repeat(32) },
      accessToken: "a".repeat(32),
    });
    await stack.run(edgeWorkload({ identity, config, routes, sites, caPem, ...leaf, secretConf }));
    await stack.ready("edge");
    await stack.ready("sso");
    agent = agentHere(caPem);
  });
  afterAll(async () => {
    await agent?.close();
    await stack.remove();
  });

  it("runs without root, capabilities or a writable root", async () => {
    const { stdout } = await stack.exec("edge", [
      "bash",
      "-c",
      "cat /proc/[0-9]*/status | grep -E '^(Uid|Gid|CapEff)' | sort -u",
    ]);
    expect(stdout).toBe("CapEff:\t0000000000000000\nGid:\t0\t0\t0\t0\nUid:\t1001\t1001\t1001\t1001\n");
    expect((await stack.exec("edge", ["touch", "/usr/x"])).stderr).toContain("Read-only file system");
  });

  it("serves the pages of a site under its own name, to everybody, and nothing else", async () => {
    const at = "https://mta-sts.kommune.localhost:18743";
    const policy = await get(`${at}/.well-known/mta-sts.txt?x=1`);
    expect(policy).toMatchObject({ status: 200, text: "version: STSv1\r\nmode: testing\r\n" });
    expect(policy.headers["content-type"]).toMatch(/^text\/plain/);
    const setup = await get(`${at}/mail/config-v1.1.xml?emailaddress=anna%40kommune.localhost`);
    expect(setup).toMatchObject({ status: 200, text: "<clientConfig/>" });
    expect(setup.headers["content-type"]).toMatch(/^text\/xml/);
    const others = ["", "/", "/.well-known/mta-sts-txt", "/.well-known/mta-sts.txt/x", "/mail/", "/../ca.pem", "/oidc"];
    for (const path of others) expect([path, (await get(`${at}${path}`)).status]).toEqual([path, 404]);
    const post = await get(`${at}/.well-known/mta-sts.txt`, { method: "POST", body: "x" });
    expect(post.status).toBe(405);
    const plain = await get("http://mta-sts.kommune.localhost:18780/.well-known/mta-sts.txt");
    expect([plain.status, plain.headers["location"]]).toEqual([308, `${at}/.well-known/mta-sts.txt`]);
    // Neither name leads to what stands under the other.
    expect((await get(`${identity.origin("start")}/.well-known/mta-sts.txt`)).status).not.toBe(200);
  });

  it("leads from HTTP to the same page over HTTPS", async () => {
    const { status, headers } = await get(`http://${identity.hostName("start")}:18780/hj%C3%A6lp?a=1&b=%26`);
    expect(status).toBe(308);
    expect(headers["location"]).toBe(`${identity.origin("start")}/hj%c3%a6lp?a=1&b=%26`);
  });

  it("hands out the root certificate over both, without a login", async () => {
    for (const origin of [identity.origin("start"), `http://${identity.hostName("start")}:18780`]) {
      for (const path of ["/rod.crt", "/root.crt"]) {
        const { status, headers, text } = await get(origin + path);
        expect({ status, type: headers["content-type"], text }).toEqual({
          status: 200,
          type: "application/x-x509-ca-cert",
          text: caPem,
        });
      }
    }
  });

  it("sets its headers once on every answer", async () => {
    const answers = [
      `${identity.origin("login")}/realms/planb/x`,
      `${identity.origin("start")}/`,
      `${identity.origin("gone")}/`,
    ];
    for (const url of answers) {
      const { headers } = await get(url);
      expect({ url, ...headers }).toMatchObject({
        url,
        "strict-transport-security": "max-age=31536000",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": expect.stringContaining("camera=()"),
        "x-frame-options": url.includes("login.") ? "SAMEORIGIN" : "DENY",
        server: "Apache",
      });
      expect(headers["x-powered-by"]).toBeUndefined();
      expect(typeof headers["content-security-policy"]).toBe(url.includes("start.") ? "undefined" : "string");
    }
    expect(
      (await get(`http://${identity.hostName("start")}:18780/`)).headers["strict-transport-security"],
    ).toBeUndefined();
  });

  it("strips what a stranger says of who they are, and says itself how they came", async () => {
    const { headers } = await echoed("/realms/planb/x", {
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-host": "evil.example",
      "x-forwarded-user": "mayor",
      "remote-user": "mayor",
      "x-remote-user": "mayor",
      "x-planb-user": "mayor",
      oidc_claim_sub: "mayor",
      [claimHeader(key, "user")]: "mayor",
      [claimHeader(key, "guid").toUpperCase()]: "mayor",
      forwarded: "for=192.0.2.1",
    });
    expect(JSON.stringify(headers)).not.toMatch(/mayor|192\.0\.2\.1|evil/);
    expect(headers).toMatchObject({
      host: "sso:8443",
      "x-forwarded-proto": "https",
      "x-forwarded-port": "18743",
      "x-forwarded-host": "login.edge.localhost:18743",
    });
    expect(headers["x-forwarded-for"]).toMatch(/^[0-9.]+$/);
  });

  it("asks for a login by the public name, in answer to the start page alone", async () => {
    const { status, headers } = await get(`${identity.origin("start")}/?x=1`, { headers: { accept: "text/html" } });
    expect(status).toBe(302);
    const location = new URL(String(headers["location"]));
    expect(location.origin + location.pathname).toBe(
      `${identity.origin("login")}/realms/planb/protocol/openid-connect/auth`,
    );
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      client_id: "edge",
      response_type: "code",
      redirect_uri: `${identity.origin("start")}/oidc`,
      code_challenge_method: "S256",
    });
    expect(String(headers["set-cookie"])).toMatch(/Path=\/; Secure; HttpOnly; SameSite=Lax/);
    const help = await get(`${identity.origin("start")}/hjaelp`, { headers: { [claimHeader(key, "user")]: "mayor" } });
    expect(help.status).toBe(200);
    expect(help.text).not.toContain("mayor");
    expect((await get(`${identity.origin("start")}/hjaelp/../`)).status).toBe(302);
    expect((await get(`${identity.origin("start")}/.planb/away.html`)).status).toBe(200);
  });

  it("passes on only the realm: no console, no master realm, no metrics, no way around", async () => {
    expect((await echoed("/realms/planb/account?x=%C3%A6")).url).toBe("/realms/planb/account?x=%C3%A6");
    for (const path of [
      "/admin/",
      "/realms/master/",
      "/metrics",
      "/health",
      "/realms/planb/..;/master",
      "/realms/planb/%2e%2e/master/",
      "//admin/",
      "/realms/planb/..%2f..%2fadmin/",
    ]) {
      const response = await get(`${identity.origin("login")}${path}`);
      expect({ path, status: response.status }).toEqual({ path, status: 404 });
    }
    const bare = await get(`${identity.origin("login")}/`);
    expect([bare.status, bare.headers["location"]]).toEqual([302, `${identity.origin("start")}/`]);
  });

  it("tells a clerk in words that a service is away, and finds it again", async () => {
    const { status, text, headers } = await get(`${identity.origin("gone")}/`);
    expect(status).toBeGreaterThanOrEqual(500);
    expect(text).toContain("Siden er ikke klar lige nu");
    expect(text).toContain("This page is not ready right now");
    expect(text).toContain("Ærøskøbing &#34;By &#38; Land&#34;");
    expect(headers["content-security-policy"]).toContain("style-src 'sha256-");
  });

  it("refuses names it does not know, old TLS, and a server behind it that is not of the stack", async () => {
    expect((await get("http://127.0.0.1:18780/")).status).toBe(421);
    expect(await raw("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")).toMatch(/^HTTP\/1\.1 421 /);
    const oldTls = new Promise((resolve, reject) => {
      const options = {
        servername: identity.hostName("start"),
        ca: caPem,
        maxVersion: "TLSv1.1",
        minVersion: "TLSv1",
      } as const;
      tlsConnect(18743, "127.0.0.1", options).on("secureConnect", resolve).on("error", reject);
    });
    await expect(oldTls).rejects.toThrow(/alert|version|protocol/i);
    const stranger = await authority("x".repeat(43), "ca/1", "Stranger");
    await stack.run(await echoAt(stranger, "sso"));
    await stack.ready("sso");
    await expect
      .poll(async () => (await get(`${identity.origin("login")}/realms/planb/x`)).status, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(500);
  });

  it("limits what it takes", async () => {
    const url = `${identity.origin("start")}/hjaelp`;
    expect((await get(url, { method: "POST", body: "x".repeat(1_000_000) })).status).toBe(200);
    expect((await get(url, { method: "POST", body: "x".repeat(1_100_000) })).status).toBe(413);
    const chunk = `${(65536).toString(16)}\r\n${"x".repeat(65536)}\r\n`;
    const chunked = "POST /hjaelp HTTP/1.1\r\nHost: start.edge.localhost:18743\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect(await raw(`${chunked}${chunk.repeat(4)}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 411 /);
    expect((await get(url, { headers: { "x-long": "x".repeat(9000) } })).status).toBe(400);
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`x-${i}`, "1"]));
    expect((await get(url, { headers: many })).status).toBe(400);
    expect((await get(`${url}?${"x".repeat(9000)}`)).status).toBe(414);
  });

  it("logs who asked for what, never a query, a cookie or a password", async () => {
    const headers = { cookie: "a=geheim", authorization: "Bearer geheim", referer: "https://x/?code=geheim" };
    await get(`${identity.origin("start")}/hjaelp?code=geheim`, { headers });
    await get(`${identity.origin("gone")}/?code=geheim`, { headers });
    await get(`${identity.origin("start")}/oidc?code=geheim&state=x`, { headers });
    const log = await stack.logs("edge");
    expect(log).toMatch(/ start\.edge\.localhost "GET \/hjaelp HTTP\/1\.1" 200 /);
    expect(log).not.toContain("geheim");
    expect(log).not.toContain("c".repeat(32));
  });

  it("logs of a path that is a secret only how it begins, however it is written, and though nobody answers", async () => {
    const secret = "Zm9yIGFsdmVycmVu";
    const roads = [`/d/${secret}`, `/doer/${secret}?x=1`, `//d/${secret}/fil`, `/%64/${secret}`, `/x/../d/${secret}`];
    const at = ["https://gone.edge.localhost:18743", "http://gone.edge.localhost:18780", identity.origin("start")];
    for (const origin of at) for (const road of roads) await get(origin + road);
    await raw(`GET /d/${secret} HTTP/1.1\r\nHost: evil.example\r\n\r\n`);
    await raw(`GET /d/${secret} HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n`);
    await raw(`GET /d/${secret}%2f HTTP/1.1\r\nHost: start.edge.localhost:18743\r\n\r\n`);
    await get(`${identity.origin("gone")}/other`);
    const log = await stack.logs("edge");
    expect(log).toMatch(/ gone\.edge\.localhost "GET \/d\/\.\.\. HTTP\/1\.1" 50\d /);
    expect(log).toMatch(/ gone\.edge\.localhost "GET \/doer\/\.\.\. HTTP\/1\.1" 50\d /);
    expect(log).toContain('"GET /other HTTP/1.1" 50');
    expect(log.split("\n").filter((line) => line.includes(secret))).toEqual([]);
  });

  it("takes its configuration for every kind of certificate", async () => {
    const acme = edgeConfig.parse({
      certificate: { kind: "acme", contact: "it@ringsted.dk", agreeTerms: true },
      adminFrom: ["10.1.0.0/16", "192.0.2.7"],
    });
    const conf = edgeConf(identity, acme, [loginRoute(identity, acme.adminFrom), ...routes.slice(1)]);
    const test = await stack.exec("edge", [
      "bash",
      "-c",
      `cat > /tmp/acme.conf <<'CONF'\n${conf.replace("/data/md", "/tmp/md")}\nCONF\napache2 -t -f /tmp/acme.conf`,
    ]);
    expect(test.stderr).toContain("Syntax OK");
  });

  it("stays small", async () => {
    const { stdout } = await stack.exec("edge", [
      "bash",
      "-c",
      "cat /sys/fs/cgroup/memory/memory.usage_in_bytes /sys/fs/cgroup/memory.current 2>/dev/null",
    ]);
    console.log(`edge: ${Math.round(Number(stdout) / 2 ** 20)} MiB`);
    expect(Number(stdout) / 2 ** 20).toBeLessThan(32);
  });
});
