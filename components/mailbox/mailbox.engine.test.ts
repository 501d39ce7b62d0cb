import { connect } from "node:tls";
import { Attribute, Change } from "ldapts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { logText } from "../../platform/docker/inside.ts";
import type { Shadow } from "../../steward/directory/index.ts";
import { createMailboxKeeper, openDoveadm } from "../../steward/mailbox/index.ts";
import { resourcesSchema } from "../../steward/resources/config.ts";
import { keepResources } from "../../steward/resources/keep.ts";
import { buildUponBase } from "../../test/contract/upon-base.ts";
import { mailboxConfig } from "./config.ts";
import { MailboxWorld, type TestPerson } from "./testing/world.ts";
import { sharedResources } from "./workloads.ts";

const person = (n: number, name: string, more: Partial<TestPerson> = {}): TestPerson => ({
  guid: `0000000${n}-0000-4000-8000-000000000001`,
  logins: [name, `${name}@kommune.example`, `${name}@kommune.lan`],
  mail: `${name}@kommune.example`,
  password: `Kode-${name}-1`,
  accessToken: `token-${name}`,
  ...more,
});
const service = "g0000000000a1";
const archive = "g0000000000a2";
const manyGroups = Array.from({ length: 60 }, (_, n) => `gf${String(n).padStart(11, "0")}`);
const clerk = person(1, "clerk", { aliases: ["c.lerk@kommune.example"], groups: [...manyGroups, service] });
const other = person(2, "bjørk", { mail: "bjoerk@kommune.example", groups: [archive] });
const closed = person(3, "lukket", { closed: true });
const people = [clerk, other, closed];
const shared = mailboxConfig.parse({
  shared: [{ address: "borgerservice@kommune.example", name: "Borgerservice Øst", readers: ["Borgerservice, Øst"] }],
}).shared;
const inbox = "Delt/Borgerservice Øst/Indbakke";
const junk = "Delt/Borgerservice Øst/Junk";

describe("the mailboxes on an engine", () => {
  const world = new MailboxWorld();
  const login = ({ logins, password }: TestPerson, n = 0) => ({ user: logins[n] ?? "", pass: password });
  const count = (auth: Parameters<typeof world.asUser>[0], path = "INBOX") =>
    world.asUser(auth, async (client) => (await client.mailboxOpen(path)).exists);
  const folders = (who: TestPerson) =>
    world.asUser(login(who), async (client) => (await client.list()).map(({ path }) => path));
  const subjects = (who: TestPerson, path = "INBOX") =>
    world.asUser(login(who), async (client) => {
      await client.mailboxOpen(path);
      const all = await client.fetchAll("1:*", { envelope: true }).catch(() => []);
      return all.map(({ envelope }) => envelope?.subject);
    });
  const settle = <T>(what: Promise<T>) =>
    what.then(
      () => "accepted",
      (error: Error) => error.message,
    );

  beforeAll(async () => {
    await buildImages(() => {}, ["dovecot", "openldap", "node"]);
    await world.start({ shared, quotaMiB: 2 }, people);
    for (const each of people) await world.addPerson(each);
    await world.addGroup(service, "Borgerservice, Øst");
    await world.addGroup(archive, "Arkiv");
  }, 180_000);
  afterAll(() => world.remove());

  it("runs as one user without rights on a read-only root", async () => {
    const seen = await world.stack.exec("mailbox", [
      "bash",
      "-c",
      "for p in /proc/[0-9]*/status; do awk '/^Uid|^Gid|^CapEff|^CapBnd/{print $1, $2}' $p; done | sort -u; touch /etc/x",
    ]);
    expect(seen.stdout).toBe("CapBnd: 0000000000000000\nCapEff: 0000000000000000\nGid: 0\nUid: 1010\n");
    expect(seen.stderr).toContain("Read-only file system");
  });

  it("takes mail over LMTP for address, alias and detail, and shows it whichever login is used", async () => {
    await world.deliver("clerk@kommune.example", { subject: "Første" });
    await world.deliver("C.Lerk@kommune.example", { subject: "Anden" });
    await world.deliver("clerk+liste@kommune.example", { subject: "Tredje" });
    for (const n of [0, 1, 2]) expect(await count(login(clerk, n))).toBe(3);
    expect(await settle(world.deliver("ingen@kommune.example", { subject: "x" }))).toContain("550 5.1.1");
  });

  it("refuses a wrong password, a closed account and who must wait; each in its own words", async () => {
    const why = (auth: { user: string; pass: string }) =>
      count(auth).then(
        () => "in",
        (error: { responseText?: string; serverResponseCode?: string }) =>
          `${error.serverResponseCode} ${error.responseText}`,
      );
    expect(await why({ user: "clerk", pass: "forkert" })).toMatch(/AUTHENTICATIONFAILED/);
    expect(await why(login(closed))).not.toBe("in");
    expect(await why({ user: "bremset", pass: "x" })).toMatch(/UNAVAILABLE/);
  });

  it("lets a token in that is the person's own, and no other", async () => {
    expect(await count({ user: clerk.mail, accessToken: clerk.accessToken })).toBe(3);
    await expect(count({ user: clerk.mail, accessToken: other.accessToken })).rejects.toThrow();
    await expect(count({ user: clerk.mail, accessToken: "made-up" })).rejects.toThrow();
  });

  it("offers the folders mail programs look for, and keeps a folder's name with dots", async () => {
    const special = await world.asUser(login(clerk), async (client) => {
      await client.mailboxCreate("Sag 12.3 Æblehaven");
      return (await client.list()).map(({ path, specialUse, subscribed }) => `${path} ${specialUse} ${subscribed}`);
    });
    for (const name of ["Drafts", "Sent", "Archive", "Junk", "Trash"])
      expect(special).toContain(`${name} \\${name} true`);
    expect(special.some((line) => line.startsWith("Sag 12.3 Æblehaven "))).toBe(true);
  });

  it("shows a shared mailbox to its reader groups alone, without hand work, and takes it away", async () => {
    const keeper = createMailboxKeeper(world.duty());
    const keep = (resources = sharedResources({ ...mailboxConfig.parse({}), shared })) =>
      world.withShadow(async (shadow: Shadow) => {
        await keepResources(shadow, resourcesSchema.parse(resources).resources);
        await keeper.keep(shadow);
      });
    await keep();
    await world.deliver("borgerservice@kommune.example", { subject: "Til os alle" });
    expect(await folders(clerk)).toContain(inbox);
    expect(await subjects(clerk, inbox)).toEqual(["Til os alle"]);
    await world.deliver("borgerservice@kommune.example", { subject: "Vind", headers: { "X-Spam": "Yes" } });
    expect(await subjects(clerk, junk)).toEqual(["Vind"]);
    expect((await folders(other)).filter((path) => path.startsWith("Delt"))).toEqual([]);
    await expect(count(login(other), inbox)).rejects.toThrow();
    await world.asUser(login(clerk), async (client) => {
      const list = await client.list();
      for (const path of [inbox, junk]) expect(list.find((each) => each.path === path)?.subscribed, path).toBe(true);
      await client.mailboxCreate(`${inbox}/Færdige`);
      await client.mailboxOpen(inbox);
      await client.messageMove("1", `${inbox}/Færdige`);
    });
    // Somebody joins: seen at the next login. Somebody leaves: the open connection ends.
    const groups = (who: TestPerson, values: string[]) =>
      world.asSteward((client) =>
        client.modify(`planbGuid=${who.guid},ou=people,dc=planb`, [
          new Change({ operation: "replace", modification: new Attribute({ type: "planbMemberOf", values }) }),
        ]),
      );
    await groups(other, [archive, service]);
    await keep();
    expect(await subjects(other, `${inbox}/Færdige`)).toEqual(["Til os alle"]);
    const open = world.imap(login(other));
    open.on("error", () => undefined);
    await open.connect();
    await open.mailboxOpen(inbox);
    const ended = new Promise((resolve) => open.on("close", () => resolve("ended")));
    await groups(other, [archive]);
    await keep();
    expect(await ended).toBe("ended");
    await expect(count(login(other), inbox)).rejects.toThrow();
  });

  it("ends all connections of a person who is shut out, and of nobody else", async () => {
    const keeper = createMailboxKeeper(world.duty());
    const [one, two, bystander] = [world.imap(login(clerk)), world.imap(login(clerk, 1)), world.imap(login(other))];
    for (const client of [one, two, bystander]) {
      client.on("error", () => undefined);
      await client.connect();
      await client.mailboxOpen("INBOX");
    }
    const ended = Promise.all(
      [one, two].map((client) => new Promise((resolve) => client.on("close", () => resolve("ended")))),
    );
    await keeper.kick([clerk.guid, "99999999-0000-4000-8000-000000000009"]);
    expect(await ended).toEqual(["ended", "ended"]);
    await bystander.noop();
    expect(bystander.usable).toBe(true);
    await bystander.logout();
  });

  it("ends the connection of a phone that only waits, too", async () => {
    const phone = world.imap(login(clerk));
    phone.on("error", () => undefined);
    const ended = new Promise((resolve) => phone.on("close", () => resolve("ended")));
    await phone.connect();
    await phone.mailboxOpen("INBOX");
    void phone.idle();
    // A connection that waits has no process of its own any more.
    const own = async () =>
      (await world.stack.exec("mailbox", ["bash", "-c", "cat /proc/[0-9]*/comm | sort | uniq -c"])).stdout;
    await expect.poll(own, { timeout: 60_000, interval: 1000 }).not.toMatch(/ imap$/m);
    expect(await own()).toMatch(/ imap-hibernate$/m);
    expect(phone.usable).toBe(true);
    await createMailboxKeeper(world.duty()).kick([clerk.guid]);
    expect(await ended).toBe("ended");
  }, 90_000);

  it("has mail on the disk before it says so", async () => {
    const image = "planb-test-strace:1";
    await buildUponBase(image, ["strace"]);
    const { docker } = world.stack;
    const tracer = await docker.createContainer({
      Image: image,
      User: "0",
      Entrypoint: ["bash", "-c"],
      Cmd: [
        "cd /proc; for p in [0-9]*; do grep -qxE 'dovecot|lmtp' $p/comm && all=\"$all -p $p\"; done; exec strace -f -y -e trace=fsync,fdatasync,link,rename $all",
      ],
      HostConfig: { PidMode: `container:${(await world.stack.inspect("mailbox")).Id}`, CapAdd: ["SYS_PTRACE"] },
    });
    try {
      await tracer.start();
      await expect.poll(() => logText(tracer, 50), { timeout: 20_000 }).toContain("attached");
      await world.deliver("clerk@kommune.example", { subject: "På disken" });
      const called = (await logText(tracer, 500)).split("\n");
      const synced = called.findIndex((line) => /f(data)?sync\(\d+<\/data\/.*\/tmp\//.test(line));
      const named = called.findIndex((line) => /(link|rename)\(".*\/tmp\/.*"\/data\/.*\/new\//.test(line));
      expect(synced, called.join("\n")).toBeGreaterThanOrEqual(0);
      expect(named, called.join("\n")).toBeGreaterThan(synced);
    } finally {
      await tracer.remove({ force: true });
    }
  }, 60_000);

  it("refuses the steward's API without its key", async () => {
    const api = openDoveadm({ ...world.duty(), keyFile: world.file("wrong-key", "x") });
    await expect(api.run([["kick", { mask: ["x"] }]])).rejects.toThrow("401");
    await api.close();
  });

  it("refuses mail to a full mailbox for good, and says so over IMAP", async () => {
    const text = `${"x".repeat(76)}\r\n`.repeat(10_000);
    const answers: string[] = [];
    for (let n = 0; n < 20 && !answers.some((a) => a !== "accepted"); n++) {
      answers.push(await settle(world.deliver("bjoerk@kommune.example", { subject: `Fyld ${n}`, text })));
    }
    expect(answers.at(-1)).toContain("552 5.2.2");
    const quota = await world.asUser(login(other), async (client) => await client.getQuota());
    expect(quota).toMatchObject({ storage: { limit: 2 * 1024 * 1024 } });
  });

  it("gives the members of a group the group's room, and tells in Danish when it is used up", async () => {
    const group = "g0000000000a3";
    const councillor = person(5, "raad", { groups: [group] });
    await world.addGroup(group, "Byrådet, 2026");
    await world.addPerson(councillor);
    await world.startAccess([...people, councillor]);
    const keep = (groupQuota: number) =>
      world.withShadow((shadow: Shadow) =>
        createMailboxKeeper({
          ...world.duty(),
          quotas: [{ group: "Byrådet, 2026", quotaMiB: groupQuota }],
        }).keep(shadow),
      );
    const room = () => world.asUser(login(councillor), async (client) => (await client.getQuota()) || undefined);
    expect(await room()).toMatchObject({ storage: { limit: 2 * 1024 * 1024 } });
    await keep(3);
    expect(await room()).toMatchObject({ storage: { limit: 3 * 1024 * 1024 } });
    const megabyte = `${"x".repeat(76)}\r\n`.repeat(13_000);
    const mail = (subject: string) => settle(world.deliver(councillor.mail, { subject, text: megabyte }));
    const answers: string[] = [];
    do answers.push(await mail(`Bilag ${answers.length + 1}`));
    while (answers.at(-1) === "accepted" && answers.length < 8);
    expect(answers.at(-1)).toMatch(/552 5\.2\.2 .*Postkassen er fuld/);
    expect(answers.length).toBeGreaterThan(3);
    await keep(20);
    expect(await mail("Bilag til sidst")).toBe("accepted");
  });

  it("files spam and finds words in mail", async () => {
    await world.deliver("clerk@kommune.example", { subject: "Vind nu", headers: { "X-Spam": "Yes" } });
    expect(await subjects(clerk, "Junk")).toEqual(["Vind nu"]);
    await world.deliver("clerk@kommune.example", {
      subject: "Høring",
      text: "Vi behandler ansøgningerne om byggetilladelse på Strandvejen.",
    });
    const found = (body: string) =>
      world.asUser(login(clerk), async (client) => {
        await client.mailboxOpen("INBOX");
        const uids = await client.search({ body }, { uid: true });
        return uids ? uids.length : 0;
      });
    expect(await found("byggetilladelse")).toBe(1);
    expect(await found("ansøgning")).toBe(1);
    expect(await found("kattekillinger")).toBe(0);
    await world.deliver("clerk@kommune.example", { subject: "Sag 4, bilag B", text: "Se å og ø." });
    expect(await found("ø")).toBe(1);
    const inSubject = (subject: string) =>
      world.asUser(login(clerk), async (client) => {
        await client.mailboxOpen("INBOX");
        return (await client.search({ subject }, { uid: true })) || [];
      });
    expect(await inSubject("sag 4, bilag b")).toHaveLength(1);
    expect(await inSubject("sag 5")).toEqual([]);
  });

  it("puts new mail into the search by itself, in batches", async () => {
    const reader = person(6, "udvalg");
    await world.addPerson(reader);
    await world.deliver(reader.mail, { subject: "Referat", text: "Udvalget drøftede cykelstien." });
    const run = await world.stack.exec("mailbox", ["mailbox-index"]);
    expect(run.stderr + run.stdout).toBe("");
    expect(run.code).toBe(0);
    const folder = `/data/${reader.guid}/Maildir/fts-flatcurve`;
    const index = await world.stack.exec("mailbox", ["find", folder, "-name", "*.glass"]);
    expect(index.stdout).not.toBe("");
  });

  it("answers for a person who is away only by a script that compiles, and lets the Danish template be included", async () => {
    const script = 'require "include"; include :global "ferie";';
    const run = (command: string) => world.stack.exec("mailbox", ["bash", "-c", command]);
    const put = await run(`printf %s '${script}' | doveadm sieve put -a -u ${clerk.guid} ferie`);
    expect(put).toMatchObject({ code: 0 });
    expect((await run(`doveadm sieve list -u ${clerk.guid}`)).stdout).toContain("ferie ACTIVE");
    // The answer goes to the mail server, which is not part of this test: it says that it could not, and the mail is kept.
    const before = await count(login(clerk));
    await world.deliver("clerk@kommune.example", { subject: "Er du der?" });
    expect(await count(login(clerk))).toBe(before + 1);
    expect(await world.stack.logs("mailbox")).toMatch(/vacation/);
    expect((await run(`doveadm sieve delete -a -u ${clerk.guid} ferie`)).code).toBe(0);
  });

  it("keeps the mail of a person who is gone, hands it over, and removes it when its time is up", async () => {
    const gone = person(4, "rejst");
    await world.addPerson(gone);
    await world.deliver(gone.mail, { subject: "Sag 17" });
    const run = (...command: string[]) => world.stack.exec("mailbox", command);
    await world.asSteward((client) =>
      client.modify(`planbGuid=${gone.guid},ou=people,dc=planb`, [
        new Change({ operation: "replace", modification: new Attribute({ type: "planbState", values: ["deleted"] }) }),
      ]),
    );
    expect(await settle(world.deliver(gone.mail, { subject: "Sag 18" }))).toContain("550 5.1.1");
    expect((await run("mailbox-housekeeping")).stdout).toContain(`${gone.guid} is gone, its mail is kept for 90 days`);
    expect((await run("mailbox-handover")).stderr).toContain(`${gone.guid} since `);
    expect((await run("mailbox-handover", gone.guid, "ingen@kommune.example")).stderr).toContain("knows nobody");
    expect(await run("mailbox-handover", gone.guid, clerk.mail)).toMatchObject({ code: 0 });
    expect(await subjects(clerk, `Overtaget/${gone.guid}/INBOX`)).toEqual(["Sag 17"]);
    await run("touch", "-d", "91 days ago", `/data/${gone.guid}/.gone-since`);
    expect((await run("mailbox-housekeeping")).stdout).toContain("its mail is removed");
    expect((await run("ls", "/data")).stdout).not.toContain(gone.guid);
    expect((await run("ls", "/data")).stdout).toContain(clerk.guid);
  });

  it("keeps acknowledged mail when any of its processes is killed, and is back by itself", async () => {
    const before = await count(login(clerk));
    await world.deliver("clerk@kommune.example", { subject: "Før nedbrud" });
    await world.stack.exec("mailbox", [
      "bash",
      "-c",
      "kill -9 $(grep -l '^Name:.dovecot$' /proc/[0-9]*/status | cut -d/ -f3)",
    ]);
    await expect
      .poll(() => count(login(clerk)).catch((error: Error) => error.message), { timeout: 40_000 })
      .toBe(before + 1);
    await world.stack.kill("mailbox");
    await expect
      .poll(() => count(login(clerk)).catch((error: Error) => error.message), { timeout: 40_000 })
      .toBe(before + 1);
  });

  it("shows no secret in its log, environment or process list, and no protocol without TLS", async () => {
    const list = await world.stack.exec("mailbox", [
      "bash",
      "-c",
      "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' ' '",
    ]);
    const seen =
      (await world.stack.logs("mailbox")) + list.stdout + JSON.stringify(await world.stack.inspect("mailbox"));
    for (const secret of [world.apiKey, clerk.password, clerk.accessToken]) expect(seen).not.toContain(secret);
    const old = await new Promise((resolve) => {
      const socket = connect({
        host: "127.0.0.1",
        port: 17993,
        maxVersion: "TLSv1.1",
        minVersion: "TLSv1",
        rejectUnauthorized: false,
      });
      socket.once("secureConnect", () => resolve("connected")).once("error", () => resolve("refused"));
    });
    expect(old).toBe("refused");
    // Everything above, logins by password and by token, went without a fault of Dovecot's own.
    const log = await world.stack.logs("mailbox");
    expect(log.split("\n").filter((line) => /db-lua|not a function/.test(line))).toEqual([]);
  });
});
