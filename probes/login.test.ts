import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authority, type OidcLoginProbe } from "../model/index.ts";
import { type ProbeContext, runProbe } from "./index.ts";
import { freshCode, totpCode } from "./totp.ts";

const seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/** A site with Keycloak's page shapes on one port: `start.` is protected, `login.` has the forms. */
function site(port: () => number): Parameters<typeof createServer>[1] {
  const page = (text: string) => `<html><body>${text}</body></html>`;
  return (request, response) => {
    const origin = (host: string) => `https://${host}.demo.localhost:${port()}`;
    const host = request.headers.host?.split(".")[0];
    const cookie = request.headers.cookie ?? "";
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const fields = new URLSearchParams(body);
      const send = (text: string) => response.setHeader("content-type", "text/html").end(page(text));
      const form = (step: string, inputs: string, error = "") =>
        send(
          `<form method="post" action="/${step}?a=1&amp;b=2">${inputs}</form><span id="input-error">${error}</span>`,
        );
      const move = (to: string, set: string[] = []) =>
        response.writeHead(302, { location: to, "set-cookie": set }).end();
      const userForm = '<input name="username"><input name="password" type="password">';
      if (host === "start") {
        if (request.url?.startsWith("/callback")) return move("/", ["session=1; Secure; HttpOnly; SameSite=Lax"]);
        return cookie.includes("session=1") ? send("Velkommen, Åse") : move(`${origin("login")}/auth`);
      }
      if (request.url === "/auth") {
        response.setHeader("set-cookie", "auth=1; Secure; Path=/");
        return form("user", userForm);
      }
      if (!cookie.includes("auth=1")) return response.writeHead(400).end(page("Cookie not found"));
      if (request.url === "/user?a=1&b=2") {
        if (fields.get("password") !== "hemmelig æøå&=") return form("user", userForm, "Forkert adgangskode");
        if (fields.get("username") === "uden") return move(`${origin("start")}/callback`);
        const kind = fields.get("username") === "ny" ? '<input type="hidden" name="totpSecret" value="s">' : "";
        return form("otp", `${kind}<input name="otp"><input type="hidden" name="execution" value="e 1">`);
      }
      if (fields.get("otp") !== totpCode(seed) || fields.get("execution") !== "e 1") {
        return form("otp", '<input name="otp">', "Forkert kode");
      }
      return move(`${origin("start")}/callback`);
    });
  };
}

let server: Server;
let context: ProbeContext;
let port = 0;

beforeAll(async () => {
  const ca = await authority("a-master-for-tests-only-0123456789abcdef0123456789", "ca/1", "Demo");
  const { certPem, keyPem } = await ca.issue("edge/1", ["start.demo.localhost", "login.demo.localhost"]);
  server = createServer(
    { cert: certPem, key: keyPem },
    site(() => port),
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  port = (server.address() as AddressInfo).port;
  context = { caPem: ca.caPem, address: "127.0.0.1", secrets: { password: "hemmelig æøå&=", wrong: "x", totp: seed } };
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const probe = (more: Partial<OidcLoginProbe> = {}): OidcLoginProbe => ({
  kind: "login",
  name: "login",
  service: "sso",
  title: { en: "Login", da: "Login" },
  url: `https://start.demo.localhost:${port}/`,
  username: "planb-proeve",
  passwordSecret: "password",
  totpSecret: "totp",
  contains: "Velkommen",
  ...more,
});

describe("login", () => {
  it("walks from the page through both forms and back, cookies and hidden fields kept", async () => {
    expect(await runProbe(probe(), context)).toEqual({
      probe: "login",
      service: "sso",
      ok: true,
      ms: expect.any(Number),
      detail: "planb-proeve logged in through 2 forms",
    });
  });

  it("tells a refused password with the page's own words", async () => {
    const { ok, detail } = await runProbe(probe({ passwordSecret: "wrong" }), context);
    expect({ ok, detail }).toEqual({
      ok: false,
      detail: `the password of planb-proeve was refused; https://login.demo.localhost:${port}/user (status 200) says "Forkert adgangskode"`,
    });
  });

  it("tells an account that has no second factor yet", async () => {
    const { detail } = await runProbe(probe({ username: "ny" }), context);
    expect(detail).toMatch(/^ny is asked to set up a second factor instead of using one;/);
  });

  it("refuses a login that was not asked for the second factor", async () => {
    const { ok, detail } = await runProbe(probe({ username: "uden" }), context);
    expect({ ok, detail }).toEqual({
      ok: false,
      detail: expect.stringMatching(/^uden logged in without being asked for the second factor;/),
    });
  });

  it("tells a page that is open to everybody", async () => {
    const { detail } = await runProbe(probe({ url: `https://login.demo.localhost:${port}/x` }), context);
    expect(detail).toMatch(/but the page answers 400; .* says "Cookie not found"/);
  });
});

describe("second-factor codes", () => {
  it("are those of RFC 6238", () => {
    expect(totpCode(seed, 59_000)).toBe("287082");
    expect(totpCode(seed, 1_111_111_109_000)).toBe("081804");
  });

  it("are used once: the next one waits for the next window", async () => {
    let now = 1_000_000_000_000 + 12_000;
    const clock = {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
    };
    const { signal } = new AbortController();
    const other = "GEZDGNBVGY3TQOJQ";
    expect(await freshCode(other, signal, clock)).toEqual({ code: totpCode(other, now), waitedMs: 0 });
    const second = await freshCode(other, signal, clock);
    expect(second.waitedMs).toBe(8_200);
    expect(second.code).toBe(totpCode(other, 1_000_000_020_000));
  });
});
