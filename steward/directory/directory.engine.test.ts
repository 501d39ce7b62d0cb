import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixturePassword as password, StewardStack } from "../../components/steward/testing/stack.ts";
import { authority } from "../../model/index.ts";
import type { DirectoryStatus, StewardStatus } from "../../model/status.ts";
import type { CodeSheets, Coverage, LoginReport, UnseverReport } from "./index.ts";

const bulk = { users: 60, groups: 3 };
const people = 41 + bulk.users;
const groups = 76 + bulk.groups;

describe("the directory sync between a real AD and the shadow directory", () => {
  const world = new StewardStack("steward", bulk);
  const sync = (): Promise<DirectoryStatus> => world.json<DirectoryStatus>("sync");
  const person = (uid: string): Promise<string> => world.entries(`(uid=${uid})`);
  const login = (uid: string): Promise<LoginReport> => world.json<LoginReport>("login-state", uid);
  const count = async (filter: string): Promise<number> =>
    ((await world.entries(filter, "1.1")).match(/^dn: /gm) ?? []).length;
  const until = async (done: () => Promise<boolean>, seconds = 60): Promise<void> => {
    await expect.poll(done, { timeout: seconds * 1000, interval: 250 }).toBe(true);
  };
  const directoryNow = async (): Promise<DirectoryStatus> =>
    (await world.json<StewardStatus>("status")).directory as DirectoryStatus;

  beforeAll(() => world.start(400), 600_000);
  afterAll(() => world.stack.remove());

  describe("at the first start", () => {
    it.each([
      [
        "a wrong authority",
        async () => ({ adCaPem: (await authority("x".repeat(43), "ca/1", "Other")).caPem }),
        /not issued by the authority given/,
      ],
      [
        "a wrong password",
        async () => ({ bindPassword: "forkert" }),
        /dc1.kommune.lan: refuses the bind account "svc-planb@kommune.lan"/,
      ],
    ])("with %s it stays up and says so", async (_, change, message) => {
      await world.steward({}, await change());
      await until(async () => (await directoryNow()).state === "unreachable");
      expect((await directoryNow()).message).toMatch(message);
      expect(await world.stack.logs("steward")).toMatch(message);
      expect((await world.stack.inspect("steward")).RestartCount).toBe(0);
    });
    it("without any controller it stays up, and the smoke account is there", async () => {
      await world.steward({ controllers: ["ldaps://dc0.kommune.lan", "ldaps://dc9.kommune.lan"] });
      await until(async () => (await directoryNow()).state === "unreachable");
      expect((await directoryNow()).message).toMatch(
        /dc0.kommune.lan: (no such host name here|does not answer in time); .*dc9/,
      );
      expect(await person("planb-proeve")).toContain("displayName: Planb Prøve");
    });
    it("a pass that was killed in the middle is finished by the next", async () => {
      // Slow, so that there is a middle; killed as soon as the first entries are written.
      const running = world.steward({ compareEverySeconds: 10 }, { cpu: 0.15 });
      await world.written(5);
      await world.stack.kill("steward");
      await running;
      await until(async () => (await directoryNow()).state === "ok", 100);
      expect((await directoryNow()).lastPass).toMatchObject({ kind: "full", faults: [] });
      expect((await directoryNow()).lastPass?.added).toBeLessThan(people + groups);
      expect((await directoryNow()).lastPass?.added).toBeGreaterThan(0);
      expect([await count("(o=ad)"), await count("(objectClass=planbGroup)")]).toEqual([people, groups]);
    });
  });

  it("has everybody with what AD says, awkward names unharmed", async () => {
    const clerk = await person("clerk");
    expect(clerk).toContain("planbMailAlias: klara.kontor@kommune.example");
    expect(clerk).toContain("planbPrincipal: clerk@kommune.lan");
    expect(clerk).toMatch(/^seeAlso: cn=Klara Kontor,ou=Borgerservice,/m);
    expect(await person("nilhaa20")).toContain('displayName: Håkansson, Nils ("Nisse"), Økonomi');
    const states = {
      nytkode: "mustChange",
      udloebet: "expired",
      laast: "locked",
      spaerret: "disabled",
      fratraadt: "accountExpired",
      clerk: "ok",
    };
    for (const [uid, state] of Object.entries(states)) expect((await login(uid)).state).toBe(state);
    expect(await world.entries("(displayName=Udvalg*)", "displayName")).toContain(
      'displayName: Udvalg "Kultur, fritid & idræt" (2026), sags- og referatmodtagere',
    );
  });

  it("has nested groups flattened, rings too, on both sides", async () => {
    const members = async (name: string): Promise<string[]> => {
      const text = await world.entries(`(displayName=${name})`, "member");
      return [...text.matchAll(/^member: (.+)$/gm)].map((match) => match[1] as string);
    };
    const ring = await members("G-Ring Et");
    expect(ring).toHaveLength(3);
    expect(await members("G-Ring Tre")).toEqual(ring);
    expect(ring).toContain(await world.dn("zoedam24"));
    expect(await members("G-Tom")).toEqual([]);
    expect((await login("mangegrp")).groups).toHaveLength(60 + 3);
    expect((await login("oevaag22")).groups).toContain("R-Systemadmin");
  });

  it("does nothing when nothing changed, also after a restart", async () => {
    expect((await sync()).lastPass).toMatchObject({ kind: "delta", added: 0, changed: 0, removed: 0 });
    await world.steward({ compareEverySeconds: 10 });
    await until(async () => (await directoryNow()).state === "ok");
    expect((await directoryNow()).lastPass).toMatchObject({
      kind: "full",
      added: 0,
      changed: 0,
      removed: 0,
      faults: [],
    });
  });

  it("takes over a change, a rename and a move by a delta, and the entry stays the same", async () => {
    const dn = await world.dn("flytter");
    expect(await world.binds(dn, password)).toBe(true);
    await world.ad("set", "clerk", "title", "Leder, Æ & Ø");
    await world.ad("rename", "flytter", "Frida", "Fløyter-Ny");
    await world.ad("move", "flytter", "Børn og Unge");
    const { lastPass } = await sync();
    expect(lastPass).toMatchObject({ kind: "delta", added: 0, changed: 2, removed: 0, takenAway: 0 });
    expect(lastPass?.seconds).toBeLessThan(2);
    expect(await person("clerk")).toContain("title: Leder, Æ & Ø");
    expect(await world.dn("flytter")).toBe(dn);
    expect(await person("flytter")).toMatch(/^seeAlso: cn=Frida Fløyter-Ny,ou=Børn og Unge,/m);
    expect((await login("flytter")).groups).toContain("R-Plan B Pilot");
    expect(await world.binds(dn, password)).toBe(true);
  });

  it("counts who is known, and forgets a password that was changed in AD", async () => {
    const dn = await world.dn("chef");
    expect(await world.binds(dn, password)).toBe(true);
    await sync();
    expect(await login("chef")).toMatchObject({ passwordKnown: true, passwordOrigin: "ad" });
    const before = await world.json<Coverage>("coverage");
    await world.ad("password", "chef", "Nyt-Kodeord-2026");
    expect((await sync()).lastPass).toMatchObject({ passwordsErased: 1 });
    expect(await login("chef")).toMatchObject({ passwordKnown: false });
    expect((await world.json<Coverage>("coverage")).known).toBe(before.known - 1);
    expect(await world.binds(dn, "Nyt-Kodeord-2026")).toBe(true);
    expect(await world.binds(dn, "forkert")).toBe(false);
  });

  it("shuts out who is disabled or locked within a pass, and lets in again", async () => {
    const dn = await world.dn("kollega");
    expect(await world.binds(dn, password)).toBe(true);
    for (const [off, on, state] of [
      ["disable", "enable", "disabled"],
      ["expire-account", "unexpire-account", "accountExpired"],
      ["lock", "unlock", "locked"],
    ] as const) {
      await world.ad(off, "kollega");
      await sync();
      expect((await login("kollega")).state).toBe(state);
      expect(await world.binds(dn, password)).toBe(false);
      await world.ad(on, "kollega");
      await sync();
      expect((await login("kollega")).state).toBe("ok");
      expect(await world.binds(dn, password)).toBe(true);
    }
  });

  it("lets in whose lock has run out there, which no change tells of", async () => {
    await world.policy("lockoutDuration", "-20000000");
    await world.ad("lock", "kollega");
    await sync();
    expect((await login("kollega")).state).toBe("locked");
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await sync();
    expect((await login("kollega")).state).toBe("ok");
  });

  it("erases an expired password, which AD would refuse", async () => {
    const dn = await world.dn("bodnyg03");
    expect(await world.binds(dn, password)).toBe(true);
    await world.ad("expire-password", "bodnyg03");
    await sync();
    expect(await login("bodnyg03")).toMatchObject({ state: "expired", passwordKnown: false });
    expect(await world.binds(dn, password)).toBe(false);
  });

  it("sees a new person, a new group and a membership, and locks who was deleted", async () => {
    await world.ad("add", "nyansat", "Nina", "Nyansat");
    await world.ad("add-group", "G-Nyt, hold");
    await world.ad("add-member", "G-Nyt, hold", "nyansat");
    expect((await sync()).lastPass).toMatchObject({ added: 2, removed: 0 });
    const dn = await world.dn("nyansat");
    expect((await login("nyansat")).groups).toEqual(["G-Nyt, hold"]);
    expect(await world.binds(dn, password)).toBe(true);
    await world.ad("remove-member", "G-Nyt, hold", "nyansat");
    await sync();
    expect((await login("nyansat")).groups).toEqual([]);
    await world.ad("delete", "nyansat");
    await world.ad("delete-group", "G-Nyt, hold");
    await until(async () => ((await sync()).lastPass?.removed ?? 0) > 0, 30);
    expect(await world.entries(`(entryDN=${dn})`, "planbState", "uid", "mail")).toMatch(/uid: nyansat~[0-9a-f]{8}\n/);
    expect(await world.binds(dn, password)).toBe(false);
    expect(await count("(displayName=G-Nyt, hold)")).toBe(0);
  });

  it("makes codes that open the person's activation entry, once", async () => {
    const sheets = await world.json<CodeSheets>("codes", "G-It");
    expect(sheets.known + sheets.locked + sheets.count).toBeGreaterThan(10);
    const code = /zoedam24 +([0-9A-Z-]{14})/.exec(sheets.text)?.[1] ?? "";
    const entry = `cn=activation,${await world.dn("zoedam24")}`;
    expect(await world.entries("(objectClass=planbActivation)", "userPassword")).toMatch(
      /userPassword: \{ARGON2\}\$argon2id\$/,
    );
    expect(await world.stack.logs("steward")).not.toContain(code);
    expect(await world.binds(entry, "0000-0000-0000")).toBe(false);
    expect(await world.binds(entry, code)).toBe(true);
    await world.change(`dn: ${entry}\nchangetype: delete\n`);
    expect(await world.binds(entry, code)).toBe(false);
    await world.change(
      `dn: cn=activation,${await world.dn("ulrprae25")}\nchangetype: modify\nreplace: planbExpires\nplanbExpires: 20200101000000Z\n`,
    );
    await sync();
    expect((await login("ulrprae25")).hasCode).toBe(false);
    expect((await login("renthy23")).hasCode).toBe(true);
  });

  it("keeps a password set here until AD has a newer one", async () => {
    const dn = await world.dn("zoedam24");
    await world.change(
      `dn: ${dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: Lokalt-Kodeord-1\n-\nreplace: planbPasswordOrigin\nplanbPasswordOrigin: local\n`,
    );
    await world.ad("set", "zoedam24", "title", "Ny titel");
    await sync();
    expect(await world.binds(dn, "Lokalt-Kodeord-1")).toBe(true);
    expect(await login("zoedam24")).toMatchObject({ passwordKnown: true, passwordOrigin: "local" });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await world.ad("password", "zoedam24", "Nyt-Kodeord-2026");
    await sync();
    expect(await world.binds(dn, "Lokalt-Kodeord-1")).toBe(false);
    expect(await world.binds(dn, "Nyt-Kodeord-2026")).toBe(true);
  });

  it("changes nothing while severed, and tells afterwards what changed", async () => {
    expect((await world.command("sever")).code).toBe(0);
    await world.ad("disable", "clerk");
    expect((await sync()).lastPass).toMatchObject({ kind: "severed", changed: 0 });
    await world.steward({ compareEverySeconds: 10 });
    await until(async () => (await directoryNow()).state === "severed");
    expect((await login("clerk")).state).toBe("ok");
    await world.change(
      `dn: ${await world.dn("clerk")}\nchangetype: modify\nreplace: userPassword\nuserPassword: Lokalt-Kodeord-2\n-\nreplace: planbPasswordOrigin\nplanbPasswordOrigin: local\n`,
    );
    const report = await world.json<UnseverReport>("unsever");
    expect(report).toMatchObject({ passwordsSetHere: ["clerk"], adWouldChange: { takenAway: ["clerk"] } });
    await sync();
    expect((await login("clerk")).state).toBe("disabled");
    await world.ad("enable", "clerk");
    await sync();
  });

  it("goes on as it is with AD hanging, and notices within seconds", async () => {
    const container = world.stack.docker.getContainer((await world.stack.inspect("existing-ad")).Id);
    await container.pause();
    const begin = Date.now();
    const status = await sync();
    await container.unpause();
    expect(Date.now() - begin).toBeLessThan(8000);
    expect(status).toMatchObject({ state: "unreachable", people: people + 1 });
    expect(status.message).toMatch(/dc1.kommune.lan: does not answer in time/);
    await until(async () => (await sync()).state === "ok");
  });

  it("holds a pass back that would empty a unit, until an operator agrees", async () => {
    await world.ad("empty-unit", "Bulk");
    await until(async () => (await sync()).state === "held", 30);
    const held = await directoryNow();
    expect(held.held?.guids).toHaveLength(bulk.users);
    expect(held.message).toMatch(/no longer has, or has disabled, 60 of \d+ people .*allowed without asking: \d+/);
    expect(await count("(&(o=ad)(planbState=deleted))")).toBe(1);
    expect((await sync()).state).toBe("held");
    expect((await world.command("approve-removal")).text).toContain("approved: 60");
    expect(await directoryNow()).toMatchObject({ state: "ok", lastPass: { removed: 60 } });
    expect(await count("(&(o=ad)(planbState=deleted))")).toBe(61);
  });

  it("serves metrics and status over TLS to others, without names of people", async () => {
    const script = "curl -fsS --cacert /config/ca.pem https://steward:9100/metrics https://steward:9100/status.json";
    const { stdout, code } = await world.stack.exec("steward", ["bash", "-c", script]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^planb_directory_existing_up 1$/m);
    expect(stdout).toMatch(/# EOF/);
    expect(stdout).not.toMatch(/clerk/);
  });

  it("comes back by itself when killed", async () => {
    const { StartedAt } = (await world.stack.inspect("steward")).State;
    await world.stack.kill("steward");
    await until(async () => (await world.stack.inspect("steward")).State.StartedAt !== StartedAt);
    await world.stack.ready("steward");
    await until(async () => (await directoryNow()).state === "ok");
    expect((await directoryNow()).lastPass).toMatchObject({ kind: "full", added: 0, changed: 0, removed: 0 });
  });

  it("ends at once when told to", async () => {
    const container = world.stack.docker.getContainer((await world.stack.inspect("steward")).Id);
    const begin = Date.now();
    await container.stop({ t: 10 });
    expect(Date.now() - begin).toBeLessThan(7000);
    expect((await container.inspect()).State.ExitCode).toBe(0);
  });
});
