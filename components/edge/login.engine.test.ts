import type { Client } from "ldapts";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authority } from "../../model/index.ts";
import { type Journey, startJourney } from "../../probes/journey.ts";
import { openBrowser } from "../../test/e2e/support/browser.ts";
import { enrolTotp, submit } from "../sso/testing/pages.ts";
import { addPerson } from "../sso/testing/people.ts";
import { agentHere } from "./testing/echo.ts";
import { GateStack, hosts, identity } from "./testing/stack.ts";

const start = `${identity.origin("start")}/`;
const second = `${identity.origin("anden")}/`;
const login = identity.origin("login");
const password = 'Blå "Bølge" & Måge 7!';
const guid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

describe("the login through edge to the start page", () => {
  const stack = new GateStack();
  let directory: Client;
  const journeys: Journey[] = [];

  let trusted = "";
  /** A browser without scripts. */
  const visitor = (): Journey => {
    const options = { timeoutMs: 60_000, signal: AbortSignal.timeout(600_000), agent: agentHere(trusted) };
    const journey = startJourney({ caPem: trusted, secrets: {} }, options);
    journeys.push(journey);
    return journey;
  };
  const logIn = async (username: string) => {
    const journey = visitor();
    const form = await journey.open(start);
    const enrolment = await submit(journey, form, { username, password, credentialId: "" });
    return { journey, page: (await enrolTotp(journey, enrolment)).page };
  };

  beforeAll(async () => {
    await stack.start();
    trusted = stack.caPem;
    directory = await stack.directory();
    for (const [n, uid, name] of [
      [0, "planb-proeve", "Planb Prøve"],
      [1, "soeren.aa", "Søren Ægidius O'Neill"],
      [2, "aase", "Åse Ærlig"],
      [3, "hans", "Hans Test"],
      [4, "mette", "Mette Mål"],
    ] as const) {
      await addPerson(directory, { uid, guid: guid(n), name, password, groups: ["g0123456789ab", "gffffffffffff"] });
    }
    await stack.keeper().converge();
    await stack.keeper().syncUsers("full");
  }, 900_000);
  afterAll(async () => {
    for (const journey of journeys) await journey.close();
    await directory?.unbind();
    await stack.remove();
  });

  it("brings a person to the start page, named unharmed, with the second factor just enrolled", async () => {
    const { journey, page } = await logIn("soeren.aa");
    expect(page.url.href).toBe(start);
    expect(page.html.querySelector("h1")?.textContent).toBe("Goddag, Søren Ægidius O'Neill");
    expect(page.html.querySelector("#dig + dl")?.textContent).toContain("Børn & Unge");
    expect(page.html.querySelector(".factor")?.textContent).toContain("Kode-app, Telefon");
    const another = page.html.querySelectorAll("#totrin ~ .actions a")[0]?.getAttribute("href");
    const action = await journey.open(new URL(another ?? "", start).href);
    expect(action.url.href).toContain("execution=webauthn-register");
  });

  it("logs out of everything, and says so", async () => {
    const { journey, page } = await logIn("aase");
    expect((await journey.open(second)).url.href).toBe(second);
    const out = page.html
      .querySelectorAll("nav a")
      .find((a) => a.textContent === "Log ud")
      ?.getAttribute("href");
    const bye = await journey.open(new URL(out ?? "", start).href);
    expect(bye.html.querySelector("h1")?.textContent).toBe("Du er logget ud");
    for (const page of [second, start]) expect((await journey.open(page)).url.origin).toBe(login);
  });

  it("ends the sessions of every host at once when Keycloak does, by back-channel logout", async () => {
    const { journey } = await logIn("hans");
    // No second login at another host.
    for (const page of [second, start, second]) expect((await journey.open(page)).url.href).toBe(page);
    await stack.endSessions("hans");
    for (const page of [start, second]) {
      expect((await journey.open(page)).url.origin).toBe(login);
      expect((await journey.open(page)).url.origin).toBe(login);
    }
  });

  it("tells in words that Keycloak is away, keeps help open, and recovers by itself", async () => {
    await stack.engine.docker.getContainer("planb-test-gate-sso").pause();
    const fresh = visitor();
    const away = await fresh.open(`${login}/realms/planb/account`);
    expect(away.status).toBeGreaterThanOrEqual(500);
    expect(away.body).toContain("Siden er ikke klar lige nu");
    expect((await fresh.open(`${start}hjaelp`)).body).toContain("Sådan logger du ind");
    await stack.engine.docker.getContainer("planb-test-gate-sso").unpause();
    const back = await fresh.open(start);
    expect([back.status, back.url.origin]).toEqual([200, login]);
  });

  describe("with the municipality's own certificate put in", () => {
    beforeAll(async () => {
      const town = await authority("t".repeat(43), "town/1", 'Ærøskøbing "CA" 2026');
      await stack.useOwnCertificate(town);
      trusted = town.caPem;
    }, 300_000);

    it("shows it at every name: who trusts only its authority gets in, who trusts only the stack's does not", async () => {
      const [town, own] = [agentHere(trusted), agentHere(stack.caPem)];
      for (const host of hosts) {
        const url = `https://${host}:${identity.httpsPort}/`;
        const { statusCode, body } = await request(url, { dispatcher: town });
        await body.dump();
        expect([host, statusCode]).toEqual([host, 302]);
        const refused = { code: "SELF_SIGNED_CERT_IN_CHAIN" };
        await expect(request(url, { dispatcher: own }), host).rejects.toMatchObject(refused);
      }
      await Promise.all([town.close(), own.close()]);
    });

    it("is taken by Chromium without a warning", async () => {
      const { page, close } = await openBrowser(trusted);
      try {
        await page.goto(start);
        expect(new URL(page.url()).origin).toBe(login);
        expect(await page.locator('input[name="username"]').isVisible()).toBe(true);
      } finally {
        await close();
      }
    });

    it("lets a person log in, and ends the session when Keycloak says so by the public name", async () => {
      const { journey, page } = await logIn("mette");
      expect(page.html.querySelector("h1")?.textContent).toBe("Goddag, Mette Mål");
      expect(page.html.querySelector(".factor")?.textContent).toContain("Kode-app, Telefon");
      for (const page of [second, start]) expect((await journey.open(page)).url.href).toBe(page);
      await stack.endSessions("mette");
      for (const page of [start, second]) expect((await journey.open(page)).url.origin).toBe(login);
      expect(await stack.engine.logs("edge")).toMatch(/"POST \/oidc HTTP\/1\.1" 200 /);
      expect(await stack.engine.logs("sso")).not.toMatch(/PKIX|SSLHandshake/);
    });
  });
});
