import { Attribute, Change } from "ldapts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { authority, newAppPassword } from "../../model/index.ts";
import { TestStack } from "../../test/contract/engine.ts";
import { demoPassword } from "../../test/fixtures/existing-ad/index.ts";
import { DirectoryWorld, testMaster, testPassword } from "../directory/testing.ts";
import { peopleDn } from "../existing-ad/workloads.ts";
import { askAccess, testAccess } from "./testing.ts";

const port = 17_708;
const groupThatMust = "g0123456789ab";

describe("access beside a real directory and AD", () => {
  const world = new DirectoryWorld(new TestStack("access"));
  let asking: ReturnType<typeof askAccess>;
  let dn: Record<string, string> = {};
  const guidOf = (login: string) => /planbGuid=([^,]+)/.exec(dn[login] ?? "")?.[1] ?? "";
  let caller = 0;
  /** Each call from an address of its own, save where a test says otherwise. */
  const verify = (login: string, password: string, more: { protocol?: string; address?: string } = {}) =>
    asking.ask("mailbox", "POST", "/verify", {
      ...{ protocol: "imap", login, password, address: `192.0.2.${caller++ % 250}` },
      ...more,
    });
  const change = (login: string, type: string, ...values: string[]) =>
    world.asService("steward", (client) =>
      client.modify(
        dn[login] ?? "",
        new Change({ operation: "replace", modification: new Attribute({ type, values }) }),
      ),
    );
  const make = (login: string, protocols: string[], name = "Telefon") =>
    asking.ask("portal", "POST", `/people/${guidOf(login)}/app-passwords`, { name, protocols }) as Promise<{
      status: number;
      body: { id: string; password: string };
    }>;
  const badCount = async (login: string): Promise<number> => {
    const client = await world.adClient();
    try {
      const options = { filter: `(sAMAccountName=${login})`, attributes: ["badPwdCount"] };
      const { searchEntries } = await client.search(peopleDn, options);
      return Number(searchEntries[0]?.["badPwdCount"] ?? 0);
    } finally {
      await client.unbind();
    }
  };

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap", "existing-ad", "access"]);
    await world.startAd();
    await world.startDirectory();
    dn = await world.copy("clerk", "kollega", "chef", "flytter", "aaseae01", "soekja02", "bodnyg03", "mangegrp");
    const ca = await authority(testMaster, "ca/1", "Test");
    const secondFactor = { requiredFor: [groupThatMust], methods: ["totp" as const] };
    const lockout = { failures: 3, minutes: 1 };
    const settings = { addressFailures: 8 };
    await world.stack.run(await testAccess(ca, testPassword("access"), port, { secondFactor, lockout }, settings));
    await world.stack.ready("access");
    asking = askAccess(ca.caPem, port);
    await change("clerk", "mail", "clerk@kommune.example");
    await change("clerk", "planbMailAlias", "kontor@kommune.example");
    await change("chef", "planbMemberOf", groupThatMust, "gfedcba987654");
  });
  afterAll(async () => {
    await asking?.close();
    await world.stack.remove();
  });

  it("runs without rights, and answers nobody without a token, nor anybody beyond their business", async () => {
    const { stdout } = await world.stack.exec("access", ["bash", "-c", "id -u; id -g; grep CapEff /proc/1/status"]);
    expect(stdout).toMatch(/^1008\n0\nCapEff:\t0{16}\n/);
    expect((await asking.ask(undefined, "POST", "/verify", {})).status).toBe(401);
    expect((await asking.ask("portal", "POST", "/verify", {})).status).toBe(403);
    expect((await asking.ask("mailbox", "GET", `/people/${guidOf("clerk")}/app-passwords`)).status).toBe(403);
    expect((await asking.ask("edge", "POST", "/attempt", {})).status).toBe(403);
    const bad = await asking.ask("mailbox", "POST", "/verify", { protocol: "ftp", login: "x", password: "hemmelig" });
    expect(bad).toEqual({ status: 400, body: { error: "bad request", fields: ["protocol"] } });
  });

  it("knows a person by each of their names, and says who they are", async () => {
    const whole = {
      guid: guidOf("clerk"),
      uid: "clerk",
      mail: "clerk@kommune.example",
      name: "clerk",
      groups: [],
      appPassword: null,
    };
    for (const login of ["clerk", "CLERK", "Clerk@kommune.example", "kontor@kommune.example", " clerk "])
      expect(await verify(login, demoPassword), login).toEqual({ status: 200, body: whole });
    expect(await verify("clerk", "")).toEqual({ status: 401, body: { reason: "wrong" } });
    for (const login of ["*", "cl*", "clerk)(uid=*", "", "\u0000", "nobody"])
      expect(await verify(login, demoPassword), login).toEqual({ status: 401, body: { reason: "wrong" } });
  });

  it("lets AD see as many wrong passwords as there are guesses, whatever the protocol, and unknown people none", async () => {
    const before = await badCount("kollega");
    const answers = [];
    for (const [index, protocol] of ["imap", "smtp", "sieve", "dav", "imap"].entries())
      answers.push((await verify("kollega", `gæt-${index}`, { protocol })).status);
    expect(answers).toEqual([401, 401, 401, 429, 429]);
    expect((await badCount("kollega")) - before).toBe(3);
    const shut = (await verify("kollega", demoPassword)).body as { retryAfterSeconds: number };
    expect(shut.retryAfterSeconds).toBeGreaterThan(30);
    const web = await asking.ask("sso", "POST", "/attempt", { protocol: "web", login: "kollega" });
    expect(web.body).toMatchObject({ allowed: false });
  });

  it("counts guesses of the web login with those of the others, and begins anew after a right one", async () => {
    const attempt = async () =>
      (await asking.ask("sso", "POST", "/attempt", { protocol: "web", login: "flytter" })).body as { allowed: boolean };
    const result = (ok: boolean | null) =>
      asking.ask("sso", "POST", "/result", { protocol: "web", login: "flytter", ok });
    for (let n = 0; n < 2; n++) {
      expect((await attempt()).allowed).toBe(true);
      expect((await result(false)).status).toBe(204);
    }
    for (let n = 0; n < 5; n++) {
      expect((await attempt()).allowed, "nobody could check it").toBe(true);
      await result(null);
    }
    expect((await verify("flytter", demoPassword)).status).toBe(200);
    for (let n = 0; n < 3; n++) expect((await verify("flytter", `forkert-${n}`)).status).toBe(401);
    expect((await attempt()).allowed).toBe(false);
  });

  it("does not count what a phone sends five times at once", async () => {
    const same = await Promise.all([1, 2, 3, 4, 5].map(() => verify("aaseae01", "gammel-kode")));
    expect(same.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    const right = await Promise.all([1, 2, 3, 4, 5, 6].map(() => verify("aaseae01", demoPassword)));
    expect(right.map(({ status }) => status)).toEqual(Array(6).fill(200));
    const many = await Promise.all(Array.from({ length: 12 }, (_, n) => verify("aaseae01", `på én gang ${n}`)));
    expect(many.filter(({ status }) => status === 401)).toHaveLength(3);
  });

  it("shuts an address that tries many people, and nobody else", async () => {
    const address = "2001:db8:1:2:aaaa::1";
    const tries = [];
    for (let n = 0; n < 10; n++) tries.push((await verify(`ukendt-${n}`, "x", { address })).status);
    expect(tries).toEqual([...Array(8).fill(401), 429, 429]);
    expect((await verify("clerk", demoPassword, { address: "2001:db8:1:2:bbbb::7" })).status).toBe(429);
    expect((await verify("clerk", demoPassword, { address: "2001:db8:1:3::1" })).status).toBe(200);
  });

  it("refuses the plain password where a second factor is asked for, and takes an app password", async () => {
    expect(await verify("chef", demoPassword)).toEqual({ status: 401, body: { reason: "appPasswordRequired" } });
    const made = await make("chef", ["mail"], 'Jyttes "telefon", blå');
    expect(made).toMatchObject({ status: 201, body: { password: expect.stringMatching(/^(\w{4}-){4}\w{4}$/) } });
    const { id, password } = made.body;
    for (const protocol of ["imap", "smtp", "sieve"])
      expect(await verify("chef", password, { protocol })).toMatchObject({
        status: 200,
        body: { appPassword: id, groups: [groupThatMust, "gfedcba987654"] },
      });
    expect((await verify("chef", password.toUpperCase().replaceAll("-", " "))).status).toBe(200);
    expect(await verify("chef", password, { protocol: "dav" })).toEqual({ status: 401, body: { reason: "wrong" } });
    const list = await asking.ask("portal", "GET", `/people/${guidOf("chef")}/app-passwords`);
    expect(list.body).toEqual([
      {
        id,
        name: 'Jyttes "telefon", blå',
        protocols: ["mail"],
        createdAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        usedAt: expect.stringMatching(/Z$/),
      },
    ]);
    expect(await world.stored(`cn=app-${id},${dn["chef"]}`, "userPassword")).toEqual([
      expect.stringContaining("{ARGON2}$argon2id$"),
    ]);
    expect((await asking.ask("portal", "DELETE", `/people/${guidOf("chef")}/app-passwords/${id}`)).status).toBe(204);
    expect((await asking.ask("portal", "DELETE", `/people/${guidOf("chef")}/app-passwords/${id}`)).status).toBe(404);
    expect((await verify("chef", password)).status).toBe(401);
  });

  it("never shuts a person out for old app passwords, nor an app password for guesses at the person", async () => {
    const { id, password } = (await make("soekja02", ["dav", "mail"])).body;
    for (let n = 0; n < 6; n++) {
      const old = `${id}${newAppPassword().canonical.slice(4)}`;
      expect((await verify("soekja02", old)).status).toBe(401);
    }
    expect((await verify("soekja02", demoPassword)).status).toBe(200);
    for (let n = 0; n < 4; n++) await verify("soekja02", `gæt-${n}`);
    expect((await verify("soekja02", demoPassword)).status).toBe(429);
    expect(await verify("soekja02", password, { protocol: "dav" })).toMatchObject({ body: { appPassword: id } });
  });

  it("asks the person's state every time", async () => {
    const { password } = (await make("bodnyg03", ["mail"])).body;
    expect((await verify("bodnyg03", password)).status).toBe(200);
    for (const state of ["disabled", "accountExpired", "locked", "mustChange"]) {
      await change("bodnyg03", "planbState", state);
      expect(await verify("bodnyg03", password), state).toEqual({ status: 401, body: { reason: "closed" } });
      await change("bodnyg03", "planbState", "ok");
      expect((await verify("bodnyg03", password)).status).toBe(200);
    }
  });

  it("gives others no sight of app passwords, and its account no more than it needs", async () => {
    const { id } = (await make("mangegrp", ["mail"])).body;
    const entry = `cn=app-${id},${dn["mangegrp"]}`;
    for (const name of ["keycloak", "reader", "mail", "mailbox", "groupware"] as const) {
      await world.asService(name, async (client) => {
        const filter = "(objectClass=planbAppPassword)";
        const seen = await client.search(`ou=people,dc=planb`, { filter }).catch(() => ({ searchEntries: [] }));
        expect(seen.searchEntries, name).toEqual([]);
        await expect(client.del(entry), name).rejects.toThrow();
      });
    }
    await world.asService("access", async (client) => {
      const { searchEntries } = await client.search(entry, { scope: "base", attributes: ["*", "+"] });
      expect(searchEntries[0]?.["userPassword"]).toBeUndefined();
      await expect(client.del(dn["clerk"] ?? "")).rejects.toThrow();
      const password = new Attribute({ type: "userPassword", values: ["x"] });
      await expect(
        client.modify(dn["clerk"] ?? "", new Change({ operation: "replace", modification: password })),
      ).rejects.toThrow();
      const activation = { objectClass: "planbActivation", cn: "activation", userPassword: "x" };
      await expect(client.add(`cn=activation,${dn["clerk"]}`, activation)).rejects.toThrow();
    });
  });

  it("says that it cannot check, and goes on when the directory is back", async () => {
    await world.stack.docker.getContainer(world.directory).stop();
    expect((await verify("clerk", demoPassword)).status).toBe(503);
    await world.stack.docker.getContainer(world.directory).start();
    await world.stack.ready("directory");
    expect((await verify("clerk", demoPassword)).status).toBe(200);
    expect((await asking.ask("mailbox", "POST", "/introspect", "token=abc")).body).toEqual({ active: false });
  });

  it("logs no password, no token and no name that was typed, and stays small", async () => {
    await verify("min-hemmelige-kode", "anden-hemmelighed");
    const shown = (await world.stack.logs("access")) + JSON.stringify(await world.stack.inspect("access"));
    expect(shown).toContain("nobody known wrong");
    for (const secret of ["hemmelig", demoPassword, "gæt-1", testPassword("access")])
      expect(shown).not.toContain(secret);
    const used = await world.stack.exec("access", [
      ...["bash", "-c", "cat /sys/fs/cgroup/memory/memory.usage_in_bytes /sys/fs/cgroup/memory.current 2>/dev/null"],
    ]);
    console.info(`access: ${Math.round(Number(used.stdout) / 2 ** 20)} MiB`);
    expect(Number(used.stdout) / 2 ** 20).toBeLessThan(96);
  });
});
