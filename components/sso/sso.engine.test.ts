import type { Client } from "ldapts";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../steward/realm/connect.ts";
import {
  KeycloakUnavailable,
  lockedStates,
  RealmError,
  type RealmKeeper,
  realmName as realm,
} from "../../steward/realm/index.ts";
import { enrolTotp, submit, totp, visit, words } from "./testing/pages.ts";
import { addPerson, personDn } from "./testing/people.ts";
import { startPortal, type TestPortal } from "./testing/portal.ts";
import { loginOrigin, portalOrigin, realmSecrets, SsoStack } from "./testing/stack.ts";

const guid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const password = 'Blå "Bølge" & Måge 7!';
const code = "AB12-CD34-EF56";
const nextYear = `${new Date().getFullYear() + 1}0101000000Z`;

describe("the login on an engine", () => {
  const stack = new SsoStack();
  let keeper: RealmKeeper;
  let directory: Client;
  let portal: TestPortal;
  let soerensSeed = "";

  beforeAll(async () => {
    await stack.start();
    directory = await stack.directory();
    await addPerson(directory, { uid: "planb-proeve", guid: guid(0), name: "Planb Prøve", password });
    await addPerson(directory, {
      uid: "soeren.aa",
      guid: guid(1),
      name: "Søren Ægidius Åberg",
      password,
      groups: ["g0123456789ab", "gffffffffffff"],
    });
    await addPerson(directory, { uid: "ny", guid: guid(2), name: "Ny Medarbejder", passwordKnown: false });
    await addPerson(directory, {
      uid: "kode",
      guid: guid(3),
      name: "Kode Haver",
      passwordKnown: false,
      activationCode: { code, expires: nextYear },
    });
    await addPerson(directory, {
      uid: "gammel-kode",
      guid: guid(4),
      name: "Gammel Kode",
      passwordKnown: false,
      activationCode: { code, expires: "20200101000000Z" },
    });
    for (const [index, state] of ["mustChange", "expired", "locked", "disabled", "accountExpired"].entries()) {
      await addPerson(directory, {
        uid: `s-${state.toLowerCase()}`,
        guid: guid(10 + index),
        name: `S ${state}`,
        password,
        state,
      });
    }
    for (const n of [20, 21]) {
      await addPerson(directory, {
        uid: `faelles${n}`,
        guid: guid(n),
        name: `Fælles ${n}`,
        password,
        mail: "faelles@example.test",
      });
    }
    portal = await startPortal(stack.certificate, stack.caPem);
    await stack.engine.ready("sso", 600);
    keeper = stack.keeper();
  }, 900_000);

  afterAll(async () => {
    await portal?.close();
    await keeper?.close();
    await directory?.unbind();
    await stack.engine.remove();
  });

  it("converges, and has nothing to change the second time", async () => {
    const first = await keeper.converge();
    expect(first.changes).toContain("realm planb: made");
    const synced = await keeper.syncUsers("full");
    // The smoke account came in by itself when its second factor was put on.
    expect(first.changes.at(-1)).toBe("account planb-proeve: second factor");
    expect(synced).toMatchObject({ added: 11, updated: 1, failed: 0 });
    const again = await keeper.converge();
    expect(again.changes).toEqual([]);
    console.log(`converge: first ${first.ms} ms, unchanged ${again.ms} ms; 12 people in ${synced.ms} ms`);
  });

  it("speaks Danish, with the municipality's name, and English on request", async () => {
    const { first, journey } = await visit(stack.caPem);
    expect(first.html.querySelector("#kc-header-wrapper")?.text).toContain("Ærøskøbing & Omegns Kommune");
    expect(words(first)).toContain("Log ind");
    expect(first.html.querySelector("html")?.getAttribute("lang")).toBe("da");
    const english = first.html.querySelectorAll("#login-select-toggle option").find((o) => o.text.includes("English"));
    const page = await journey.open(new URL(english?.getAttribute("value") ?? "", first.url).href);
    expect(words(page)).toContain("Log in");
    await journey.close();
  });

  it("lets a person in who enrols a second factor, and asks for it the next time", async () => {
    const first = await visit(stack.caPem);
    const enrolment = await first.logIn("soeren.aa", password);
    expect(enrolment.html.querySelector("#kc-totp-secret-qr-code")?.getAttribute("alt")).toBe(
      "QR-kode til din kode-app",
    );
    const { page, seed } = await enrolTotp(first.journey, enrolment);
    soerensSeed = seed;
    expect(JSON.parse(page.body)).toMatchObject({
      sub: guid(1),
      guid: guid(1),
      preferred_username: "soeren.aa",
      name: "Søren Ægidius Åberg",
      email: "soeren.aa@example.test",
      department: "Børn & Unge",
      groups: expect.arrayContaining(["g0123456789ab", "gffffffffffff"]),
    });
    expect(await portal.refresh()).toBe(200);
    const codes = await first.journey.open(`${first.first.url}&kc_action=CONFIGURE_RECOVERY_AUTHN_CODES`);
    expect(codes.html.querySelectorAll("#kc-recovery-codes-list li")).toHaveLength(12);
    expect(codes.html.querySelector("[role=note]")?.getAttribute("aria-label")).toBe("Advarsel");
    expect(codes.body).toContain('"gendannelseskoder" + ".txt"');
    expect(codes.body).not.toMatch(/Warning alert|kc-download|en-US/);
    await first.journey.close();

    const second = await visit(stack.caPem);
    const asked = await second.logIn("SOEREN.AA@example.test", password);
    const refused = await submit(second.journey, asked, { otp: "000000" }, "login");
    expect(words(refused)).toMatch(/Engangskoden er forkert/);
    const inside = await submit(second.journey, refused, { otp: totp(seed, 1) }, "login");
    expect(inside.url.origin).toBe(portalOrigin);
    await second.journey.close();
  });

  it("gives the smoke account a second factor that a probe can compute", async () => {
    const visitor = await visit(stack.caPem);
    const asked = await visitor.logIn("planb-proeve", password);
    const page = await submit(visitor.journey, asked, { otp: totp(realmSecrets.smokeTotp) }, "login");
    expect(JSON.parse(page.body)).toMatchObject({ name: "Planb Prøve", sub: guid(0) });
    await visitor.journey.close();
  });

  it.each([
    ["soeren.aa", "forkert adgangskode", /Brugernavnet eller adgangskoden er forkert/],
    ["findes-ikke", password, /Brugernavnet eller adgangskoden er forkert/],
    ["s-mustchange", password, /skal skiftes/],
    ["s-expired", password, /er udløbet\. Skift/],
    ["s-locked", password, /konto er låst/],
    ["s-disabled", password, /konto er lukket/],
    ["s-accountexpired", password, /udløbet på sin slutdato/],
    ["ny", password, /kendes ikke her endnu.*aktiveringskode/],
    ["gammel-kode", code, /kendes ikke her endnu/],
    ["faelles@example.test", password, /Brugernavnet eller adgangskoden er forkert/],
  ])("says in words why %s may not enter", async (username, given, expected) => {
    const visitor = await visit(stack.caPem);
    expect(words(await visitor.logIn(username, given))).toMatch(expected);
    await visitor.journey.close();
  });

  it("takes an activation code once: then a password of one's own and a second factor", async () => {
    const visitor = await visit(stack.caPem);
    let page = await visitor.logIn("kode", code.toLowerCase().replaceAll("-", " "));
    // The second factor belongs to the login, the password to what follows; Keycloak decides which page comes first.
    for (let pages = 0; pages < 3 && page.url.origin !== portalOrigin; pages++) {
      page = page.body.includes("totpSecret")
        ? (await enrolTotp(visitor.journey, page)).page
        : await submit(visitor.journey, page, {
            "password-new": "Min egen kode 1",
            "password-confirm": "Min egen kode 1",
          });
    }
    expect(JSON.parse(page.body)).toMatchObject({ sub: guid(3) });
    await visitor.journey.close();
    const { searchEntries } = await directory.search(personDn(guid(3)), {
      scope: "sub",
      attributes: ["planbPasswordOrigin"],
    });
    expect(searchEntries).toEqual([{ dn: personDn(guid(3)), planbPasswordOrigin: "local" }]);

    const again = await visit(stack.caPem);
    expect(words(await again.logIn("kode", code))).toMatch(/er forkert/);
    await again.journey.close();
    const own = await visit(stack.caPem);
    expect((await own.logIn("kode", "Min egen kode 1")).body).toContain('name="otp"');
    await own.journey.close();
  });

  it("never counts a password that could not be checked, and makes a guesser wait", async () => {
    for (let n = 0; n < 8; n++) {
      const visitor = await visit(stack.caPem);
      expect(words(await visitor.logIn("ny", `${password}${n}`))).toMatch(/kendes ikke her endnu/);
      await visitor.journey.close();
    }
    for (let n = 0; n < 5; n++) {
      const visitor = await visit(stack.caPem);
      expect(words(await visitor.logIn("faelles20", `gæt ${n}`))).toMatch(/er forkert/);
      await visitor.journey.close();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const visitor = await visit(stack.caPem);
    expect(words(await visitor.logIn("faelles20", password))).toMatch(/For mange forkerte forsøg/);
    await visitor.journey.close();
  });

  it("waits once at most for a count that hangs", async () => {
    await stack.hangAccess();
    const visitor = await visit(stack.caPem);
    expect(words(await visitor.logIn("faelles21", "gæt"))).toMatch(/er forkert/);
    const log = await stack.engine.logs("sso");
    expect(log).toContain("access did not answer /attempt");
    expect(log).not.toContain("access did not answer /result");
    await visitor.journey.close();
  });

  it("counts guesses with those at mail and calendar, and alone while access is away", async () => {
    expect(await stack.engine.logs("sso")).toContain("access did not answer");
    await addPerson(directory, { uid: "gaettet", guid: guid(30), name: "Gættet På", password });
    const access = await stack.startAccess();
    try {
      const imap = (secret: string) =>
        access.ask("mailbox", "POST", "/verify", { protocol: "imap", login: "gaettet", password: secret });
      for (let n = 0; n < 4; n++) expect((await imap(`gæt-${n}`)).status).toBe(401);
      for (const [typed, told] of [
        ["forkert", /er forkert/],
        [password, /For mange forkerte forsøg/],
      ] as const) {
        const visitor = await visit(stack.caPem);
        expect(words(await visitor.logIn("gaettet", typed))).toMatch(told);
        await visitor.journey.close();
      }
      expect((await imap(password)).status).toBe(429);
    } finally {
      await access.close();
    }
  });

  it("shuts people out, sessions too, and lets them in again", async () => {
    const inside = await visit(stack.caPem);
    const asked = await inside.logIn("soeren.aa", password);
    // A code is taken once, and two were used before: with the next window comes one that was not.
    await new Promise((resolve) => setTimeout(resolve, 30_500 - (Date.now() % 30_000)));
    const page = await submit(inside.journey, asked, { otp: totp(soerensSeed, 1) }, "login");
    expect(page.url.origin).toBe(portalOrigin);
    expect(await portal.refresh()).toBe(200);
    expect(lockedStates).toContain("disabled");
    expect(await keeper.lockUsers([guid(1), guid(999)])).toBe(1);
    expect(await portal.refresh()).toBe(400);
    const back = await inside.journey.open(`${portalOrigin}/`);
    expect(words(back)).toContain("Log ind");
    await inside.journey.close();
    const outside = await visit(stack.caPem);
    expect(words(await outside.logIn("soeren.aa", password))).toMatch(/konto er lukket/);
    await outside.journey.close();
    // Neither a synchronisation nor a convergence lets them in.
    await keeper.syncUsers("full");
    expect((await keeper.converge()).changes).toEqual([]);
    expect(await keeper.lockUsers([guid(1)])).toBe(0);
    expect(await keeper.unlockUsers([guid(1)])).toBe(1);
    const again = await visit(stack.caPem);
    expect((await again.logIn("soeren.aa", password)).body).toContain('name="otp"');
    await again.journey.close();
  });

  it("undoes clicks that contradict the code, and tells", async () => {
    const { run, close } = connect({ url: loginOrigin }, realmSecrets, stack.caPem);
    await run("clicking", async (admin) => {
      await admin.realms.update({ realm }, { realm, bruteForceProtected: false, registrationAllowed: true });
      const [edge] = await admin.clients.find({ realm, clientId: "edge" });
      await admin.clients.update({ realm, id: edge?.id ?? "" }, { ...edge, redirectUris: ["https://evil.example/*"] });
      const [ldap] = await admin.components.find({ realm, name: "directory" });
      const config = { ...ldap?.config, connectionUrl: ["ldaps://elsewhere:636"] };
      await admin.components.update({ realm, id: ldap?.id ?? "" }, { ...ldap, config });
      const flow = (await admin.realms.findOne({ realm }))?.browserFlow ?? "";
      const steps = await admin.authenticationManagement.getExecutions({ realm, flow });
      const second = steps.find(({ displayName }) => displayName?.endsWith("second factor required"));
      await admin.authenticationManagement.updateExecution({ realm, flow }, { ...second, requirement: "DISABLED" });
    });
    const { changes } = await keeper.converge();
    expect(changes).toEqual([
      "realm planb: bruteForceProtected, registrationAllowed",
      expect.stringMatching(/^browser login flow: made anew/),
      "federation: connectionUrl",
      "client edge: redirectUris",
    ]);
    expect((await keeper.converge()).changes).toEqual([]);
    await close();
    const visitor = await visit(stack.caPem);
    expect((await visitor.logIn("planb-proeve", password)).body).toContain('name="otp"');
    await visitor.journey.close();
  });

  it("asks only the named groups for a second factor, when the stack file names groups", async () => {
    const some = stack.keeper({ secondFactor: { requiredFor: ["01234567-89ab-4000-8000-000000000000"] } });
    expect((await some.converge()).changes).toEqual([expect.stringMatching(/^browser login flow/)]);
    expect((await some.converge()).changes).toEqual([]);
    await some.close();
    const free = await visit(stack.caPem);
    expect((await free.logIn("faelles21", password)).url.origin).toBe(portalOrigin);
    await free.journey.close();
    // Nobody asks them, but who has one is asked for it.
    const own = await visit(stack.caPem);
    expect((await own.logIn("planb-proeve", password)).body).toContain('name="otp"');
    await own.journey.close();
    const member = await visit(stack.caPem);
    expect((await member.logIn("soeren.aa", password)).body).toContain('name="otp"');
    await member.journey.close();
    expect((await keeper.converge()).changes).toHaveLength(1);
  });

  it("tells a Keycloak that is away from one that refuses", async () => {
    const away = connect({ url: "https://localhost:9" }, realmSecrets, stack.caPem);
    await expect(away.run("asking", (admin) => admin.realms.find())).rejects.toThrow(KeycloakUnavailable);
    await away.close();
    const wrong = connect({ url: loginOrigin }, { ...realmSecrets, steward: "wrong" }, stack.caPem);
    await expect(wrong.run("asking", (admin) => admin.realms.find())).rejects.toThrow(RealmError);
    await wrong.close();
  });

  it("is Danish to the last word a clerk can meet", async () => {
    const agent = new Agent({ connect: { ca: stack.caPem } });
    const texts = async (type: string, language: string): Promise<Map<string, string>> => {
      const { body } = await request(`${loginOrigin}/resources/planb/${type}/${language}`, { dispatcher: agent });
      const list = (await body.json()) as { key: string; value: string }[];
      return new Map(list.map(({ key, value }) => [key, value]));
    };
    for (const type of ["login", "account", "email"]) {
      const [da, en] = [await texts(type, "da"), await texts(type, "en")];
      expect(en.size).toBeGreaterThan(60);
      const same = [...en].filter(([key, value]) => (da.get(key) ?? value) === value).map(([key]) => key);
      expect(
        same.filter((key) => !sameInBoth.test(key)),
        type,
      ).toEqual([]);
      const holes = (text = "") => [...new Set(text.match(/\{\{?\w+\}?\}|<\d>/g))].sort();
      for (const [key, value] of en) expect([key, holes(da.get(key))]).toEqual([key, holes(value)]);
    }
    await agent.close();
  });

  it("shows no secret: not in the process list, the environment, the log or what the engine tells", async () => {
    const shown =
      JSON.stringify(await stack.engine.inspect("sso")) +
      (await stack.engine.logs("sso")) +
      (await stack.engine.exec("sso", ["bash", "-c", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ"])).stdout;
    for (const secret of Object.values(realmSecrets)) expect(shown).not.toContain(secret);
    expect(shown).not.toContain(stack.databasePassword);
    const modes = await stack.engine.exec("sso", ["stat", "-c", "%a %u:%g", "/tmp/keycloak.conf"]);
    expect(modes.stdout).toBe("600 1002:0\n");
    const ids = await stack.engine.exec("sso", ["bash", "-c", "grep -h Cap /proc/1/status; touch /opt/keycloak/x"]);
    expect(ids.stdout).toMatch(/CapEff:\t0{16}\n/);
    expect(ids.stderr).toContain("Read-only file system");
  });

  it("logs people in fast, within its memory, and comes back when killed", async () => {
    const times: number[] = [];
    for (let n = 0; n < 10; n++) {
      const visitor = await visit(stack.caPem);
      const begin = performance.now();
      expect((await visitor.logIn("planb-proeve", password)).body).toContain('name="otp"');
      times.push(performance.now() - begin);
      await visitor.journey.close();
    }
    const median = times.sort((a, b) => a - b)[5] ?? 0;
    const usage = await stack.engine.exec("sso", [
      "bash",
      "-c",
      "cat /sys/fs/cgroup/memory/memory.stat /sys/fs/cgroup/memory.stat 2>/dev/null | awk '/^(total_)?(rss|anon) /{print $2; exit}'",
    ]);
    const MiB = Math.round(Number(usage.stdout) / 1024 / 1024);
    expect(MiB).toBeLessThan(470);
    expect(median).toBeLessThan(1000);
    const begin = performance.now();
    await stack.engine.kill("sso");
    const issuer = `${loginOrigin}/realms/planb/.well-known/openid-configuration`;
    const agent = new Agent({ connect: { ca: stack.caPem } });
    const answer = () =>
      request(issuer, { dispatcher: agent }).then(
        ({ statusCode }) => statusCode,
        () => 0,
      );
    await expect.poll(answer, { timeout: 90_000, interval: 500 }).toBe(200);
    console.log(
      `password page ${Math.round(median)} ms, ${MiB} MiB, back ${Math.round(performance.now() - begin)} ms after a kill`,
    );
    expect((await keeper.converge()).changes).toEqual([]);
    await agent.close();
  });
});

/** Texts that are the same in Danish and English, by key. */
const sameInBoth =
  /^(usb|nfc|bluetooth|totpApp.*Name|region|gssDelegationCredential|.*TitleHtml|status|avatar|logo|client_admin-cli|role_admin|loginTotpType|loginTotpInterval|impersonateTitleHtml|fullName|emailTestSubject|.*Placeholder|theme\..*|locale_.*|linkExpirationFormatter.*|console-accept.*)$/;
