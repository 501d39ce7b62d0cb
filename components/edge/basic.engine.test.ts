import { createHash } from "node:crypto";
import type { Client } from "ldapts";
import { type Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stackIdentity } from "../../config/index.ts";
import { buildImages } from "../../images/index.ts";
import { claimHeader } from "../../model/identity-headers.ts";
import { authority, derive } from "../../model/index.ts";
import { TestStack } from "../../test/contract/engine.ts";
import { askAccess, testAccess, testToken } from "../access/testing.ts";
import { openAsSteward, ownDirectory } from "../directory/testing.ts";
import { addPerson } from "../sso/testing/people.ts";
import { edgeSecretConf } from "./conf/index.ts";
import { edgeConfig } from "./config.ts";
import { loginRoute, type Route } from "./routes.ts";
import { agentHere, type Echoed, echoAt } from "./testing/echo.ts";
import { edgeWorkload } from "./workloads.ts";

const master = "m".repeat(43);
const password = (name: string) => derive(master, `directory/${name}/1`);
const key = "0123456789abcdef0123456789abcdef";
const [accessPort, directoryPort] = [17_718, 17_719];
const identity = stackIdentity("test-basic", {
  municipality: "Ærøskøbing",
  domain: "basic.localhost",
  language: "da",
  mode: "active",
  host: { address: "127.0.0.1", httpPort: 18_790, httpsPort: 18_753 },
});
const to = (workload: string) => ({ workload, port: 8443 });
const routes: readonly Route[] = [
  loginRoute(identity, []),
  { service: "portal", host: "start", upstream: to("web"), login: "required" },
  {
    ...{ service: "files", host: "filer", upstream: to("web"), login: "required", maxBodyMiB: 2048 },
    open: ["/del/"],
    basic: { paths: ["/dav"], protocol: "dav", upstream: to("dav") },
    upstreams: [{ ...to("dav"), paths: ["/del/op"] }],
  },
  {
    ...{ service: "booking", host: "kalender", upstream: to("web"), login: "none" },
    basic: { paths: ["/SOGo/dav", "/.well-known/caldav"], protocol: "dav", upstream: to("dav") },
  },
];

describe("HTTP Basic through edge", () => {
  const stack = new TestStack("basic");
  let agent: Agent;
  let asking: ReturnType<typeof askAccess>;
  let directory: Client;
  const guid = "00000000-0000-4000-8000-000000000007";
  let appPassword = "";
  const filer = identity.origin("filer");

  const basic = (login: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${login}:${password}`).toString("base64")}`,
  });
  const ask = async (
    url: string,
    headers: Record<string, string> = {},
    more: { method?: string; body?: string | AsyncIterable<Uint8Array> } = {},
  ) => {
    const response = await request(url, { dispatcher: agent, headers, ...(more as object) });
    const text = await response.body.text();
    const echoed = text.startsWith("{") ? (JSON.parse(text) as Echoed) : undefined;
    return { status: response.statusCode, headers: response.headers, echoed };
  };
  const decoded = (headers: Readonly<Record<string, string>>, claim: Parameters<typeof claimHeader>[1]) =>
    Buffer.from(headers[claimHeader(key, claim)] ?? "", "base64url").toString("utf8");

  beforeAll(async () => {
    await buildImages(() => {}, ["edge", "node", "openldap", "access"]);
    const ca = await authority(master, "ca/1", "Test");
    const { caPem } = ca;
    await stack.run(await ownDirectory(ca, password, directoryPort));
    const lockout = { failures: 4, minutes: 1 };
    await stack.run(await testAccess(ca, password("access"), accessPort, { lockout }, { addressFailures: 1000 }));
    await stack.run(await echoAt(ca, "web"));
    await stack.run(await echoAt(ca, "dav"));
    const names = routes.map((route) => identity.hostName(route.host));
    const secretConf = edgeSecretConf({
      ...{ identityKey: key, clientSecret: "c".repeat(32), passphrase: "p".repeat(32) },
      accessToken: testToken("edge"),
    });
    const certificate = await ca.issue("edge/tls/1", names);
    await stack.run(
      edgeWorkload({ identity, config: edgeConfig.parse({}), routes, caPem, ...certificate, secretConf }),
    );
    for (const name of ["directory", "access", "edge", "web", "dav"]) await stack.ready(name);
    agent = agentHere(caPem);
    directory = await openAsSteward(caPem, directoryPort, password("steward"));
    await addPerson(directory, {
      ...{ guid, uid: "bjørk", name: 'Bjørk "Æ" Ørsted', mail: "bjork@kommune.example" },
      ...{ password: "Sommer-2026", groups: ["g0123456789ab", "gfedcba987654"] },
    });
    asking = askAccess(caPem, accessPort);
    const wanted = { name: "Telefon", protocols: ["dav"] };
    const made = await asking.ask("portal", "POST", `/people/${guid}/app-passwords`, wanted);
    appPassword = (made.body as { password: string }).password;
  });
  afterAll(async () => {
    await agent?.close();
    await asking?.close();
    await directory?.unbind().catch(() => undefined);
    await stack.remove();
  });

  it("asks for a password, and tells the service who came, never the password", async () => {
    const none = await ask(`${filer}/dav/hjem`);
    expect([none.status, none.headers["www-authenticate"]]).toEqual([401, 'Basic realm="filer", charset="UTF-8"']);
    const { status, echoed } = await ask(`${filer}/dav/hjem/%C3%A6%20b?x=1`, basic("bjørk", appPassword));
    expect(status).toBe(200);
    const { headers = {}, ...rest } = echoed ?? {};
    expect(rest).toMatchObject({ by: expect.stringContaining("dav"), url: "/dav/hjem/%C3%A6%20b?x=1", method: "GET" });
    expect(decoded(headers, "guid")).toBe(guid);
    expect(decoded(headers, "user")).toBe("bjørk");
    expect(decoded(headers, "name")).toBe('Bjørk "Æ" Ørsted');
    expect(decoded(headers, "mail")).toBe("bjork@kommune.example");
    expect(decoded(headers, "groups")).toBe("g0123456789ab,gfedcba987654");
    expect(headers["authorization"]).toBeUndefined();
    for (const secret of [appPassword, Buffer.from(`bjørk:${appPassword}`).toString("base64")]) {
      const everywhere = JSON.stringify(headers) + JSON.stringify(Object.values(headers).map(unBase64));
      expect(everywhere).not.toContain(secret);
    }
  });

  it("refuses wrong and plain passwords, other schemes and made-up tokens", async () => {
    const token = `${Buffer.from(`bjørk:${appPassword}`).toString("base64")}~127.0.0.1`;
    const wrong = [
      basic("bjørk", "forkert"),
      basic("bjørk", "Sommer-2026"),
      basic("ukendt", appPassword),
      basic("", ""),
      { authorization: "Basic" },
      { authorization: "Basic !!!" },
      { authorization: `Bearer ${token}` },
      { authorization: `Basic ${token}` },
      { authorization: `Bearer ${"x".repeat(500)}` },
      { [claimHeader(key, "guid")]: "Zm9yZ2Vk", [claimHeader(key, "user")]: "Zm9yZ2Vk" },
      { cookie: `__Host-planb-filer=${"a".repeat(36)}` },
    ];
    for (const headers of wrong)
      expect({ headers, status: (await ask(`${filer}/dav/`, headers)).status }).toEqual({ headers, status: 401 });
    for (const query of [`access_token=${token}`]) expect((await ask(`${filer}/dav/?${query}`)).status).toBe(401);
  });

  it("strips forged identity from a right request, and gives no way from Basic to the pages for browsers", async () => {
    const forged = { [claimHeader(key, "guid")]: "Zm9yZ2Vk", [claimHeader(key, "department")]: "Zm9yZ2Vk" };
    const { echoed } = await ask(`${filer}/dav/`, {
      ...basic("bjørk", appPassword),
      ...forged,
      "x-planb-user": "mayor",
    });
    expect(decoded(echoed?.headers ?? {}, "guid")).toBe(guid);
    expect(JSON.stringify(echoed)).not.toMatch(/Zm9yZ2Vk|mayor/);
    expect((await ask(`${filer}/`, basic("bjørk", appPassword))).status).toBe(302);
    for (const path of ["/dav/../x", "/dav/%2e%2e/x", "/davx"]) {
      const other = await ask(`${filer}${path}`, basic("bjørk", appPassword));
      expect({ path, by: other.echoed?.by, status: other.status }).toEqual({ path, status: 302 });
    }
    const page = await ask(`${identity.origin("kalender")}/SOGo/`, basic("bjørk", appPassword));
    expect([page.status, page.echoed?.headers["authorization"]]).toEqual([200, undefined]);
    expect(decoded(page.echoed?.headers ?? {}, "guid")).toBe("");
  });

  it("has other workloads and open paths below prefixes", async () => {
    const by = async (url: string, headers = {}) => (await ask(url, headers)).echoed?.by?.replace(/^.*-/, "");
    expect(await by(`${filer}/del/abc`)).toBe("web");
    expect(await by(`${filer}/del/op/abc`)).toBe("dav");
    expect(await by(`${identity.origin("kalender")}/SOGo/dav/x`, basic("bjørk", appPassword))).toBe("dav");
    expect(await by(`${identity.origin("kalender")}/SOGo/so`)).toBe("web");
    expect((await ask(`${identity.origin("kalender")}/.well-known/caldav`)).status).toBe(401);
  });

  it("passes on WebDAV's methods, and a large body as it comes", async () => {
    for (const method of ["OPTIONS", "PROPFIND", "REPORT", "MKCOL", "MOVE", "COPY", "LOCK", "UNLOCK", "DELETE"]) {
      const headers = { ...basic("bjørk", appPassword), depth: "1", destination: `${filer}/dav/b` };
      const { status, echoed } = await ask(`${filer}/dav/a`, headers, { method });
      expect({ method, status, passed: echoed?.method }).toEqual({ method, status: 200, passed: method });
      expect(echoed?.headers).toMatchObject({ depth: "1", destination: `${filer}/dav/b` });
    }
    const chunk = Buffer.alloc(1024 * 1024, 7);
    const sha256 = createHash("sha256");
    async function* body() {
      for (let n = 0; n < 200; n++) {
        sha256.update(chunk);
        yield chunk;
      }
    }
    const before = await memory();
    const sent = await ask(`${filer}/dav/stor`, basic("bjørk", appPassword), { method: "PUT", body: body() });
    expect(sent).toMatchObject({ status: 200, echoed: { bytes: 200 * 1024 * 1024, sha256: sha256.digest("hex") } });
    expect((await memory()) - before).toBeLessThan(48);
  });

  it("asks access once a minute, and shows what that costs", async () => {
    const used = basic("bjørk", appPassword);
    const time = async (headers: Record<string, string>, rounds: number) => {
      const begin = performance.now();
      for (let n = 0; n < rounds; n++) await ask(`${filer}/dav/`, headers);
      return (performance.now() - begin) / rounds;
    };
    const kept = await time(used, 100);
    const open = await (async () => {
      const begin = performance.now();
      for (let n = 0; n < 100; n++) await ask(`${filer}/del/`);
      return (performance.now() - begin) / 100;
    })();
    // Another spelling of the same password is another token.
    const asked = await time(basic("bjørk", appPassword.toUpperCase()), 1);
    console.info(`Basic: ${kept.toFixed(1)} ms kept, ${open.toFixed(1)} ms open, ${asked.toFixed(0)} ms asked anew`);
    expect(kept).toBeLessThan(asked + 50);
  });

  it("lets nobody in any more within a minute of being disabled", async () => {
    expect((await ask(`${filer}/dav/`, basic("bjørk", appPassword))).status).toBe(200);
    await addState("disabled");
    const begin = Date.now();
    await expect
      .poll(async () => (await ask(`${filer}/dav/`, basic("bjørk", appPassword))).status, {
        timeout: 70_000,
        interval: 2000,
      })
      .toBe(401);
    console.info(`disabled, refused after ${Math.round((Date.now() - begin) / 1000)} s`);
    await addState("ok");
    expect((await ask(`${filer}/dav/`, basic("bjørk", appPassword))).status).toBe(200);
  }, 90_000);

  it("says 'later', not 'wrong', to who guesses too much, and while nobody can check", async () => {
    for (let n = 0; n < 5; n++) await ask(`${filer}/dav/`, basic("ingen", `gæt-${n}`));
    const shut = await ask(`${filer}/dav/`, basic("ingen", "gæt-9"));
    expect([shut.status, shut.headers["www-authenticate"]]).toEqual([429, undefined]);
    await stack.docker.getContainer("planb-test-basic-directory").stop();
    const unchecked = await ask(`${filer}/dav/`, basic("bjørk", appPassword.replaceAll("-", "")));
    expect(unchecked.status).toBe(503);
    // Who was let in a moment ago stays so.
    expect((await ask(`${filer}/dav/`, basic("bjørk", appPassword))).status).toBe(200);
  });

  it("keeps passwords out of logs, process lists, environments and files", async () => {
    const encoded = Buffer.from(`bjørk:${appPassword}`).toString("base64");
    const files = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ; grep -r . /run/edge /tmp 2>/dev/null";
    const { stdout } = await stack.exec("edge", ["bash", "-c", `(${files}) | tr '\\0' '\\n'`]);
    const shown = stdout + (await stack.logs("edge")) + (await stack.logs("access"));
    for (const secret of [appPassword, encoded, testToken("edge"), "Sommer-2026"]) expect(shown).not.toContain(secret);
  });

  const addState = async (state: string) => {
    const { Attribute, Change } = await import("ldapts");
    const modification = new Attribute({ type: "planbState", values: [state] });
    await directory.modify(`planbGuid=${guid},ou=people,dc=planb`, new Change({ operation: "replace", modification }));
  };
  const memory = async (): Promise<number> => {
    const files = "/sys/fs/cgroup/memory/memory.stat /sys/fs/cgroup/memory.stat";
    const { stdout } = await stack.exec("edge", ["bash", "-c", `grep -hE '^(total_rss|anon) ' ${files} 2>/dev/null`]);
    return Number(/ (\d+)/.exec(stdout)?.[1] ?? Number.NaN) / 2 ** 20;
  };
});

const unBase64 = (value: string): string => Buffer.from(value, "base64url").toString("utf8");
