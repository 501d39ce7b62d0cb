import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rosters } from "./api.ts";
import { isAway } from "./away.ts";
import { dueDay } from "./daily.ts";
import { changes, mailmanConfig } from "./engine/lists.ts";
import { planMembers } from "./engine/members.ts";
import { MailmanError } from "./engine/rest.ts";
import { parkedMails } from "./parked.ts";
import { isOfLists, listSettings } from "./settings.ts";
import { readFileOf, readMail, safeName } from "./store/mail.ts";

const list = listSettings.parse({
  ...{ name: "team", title: "Team", description: "", kind: "closed", archive: "members", replies: "author" },
  ...{ mayLeave: true, digest: true, maxMessageKiB: 100, archiveDays: 10, hidden: false, fixed: [] },
});
const wanted = (address: string) => ({ address, name: "", guid: undefined, welcome: false });
const found = (email: string) => ({ member_id: email, email, display_name: "", delivery_mode: "regular" });

describe("members", () => {
  it("are compared with what was there and what was put there", () => {
    const plan = planMembers(
      ["new@x", "stays@x", "left@x"].map(wanted),
      ["Stays@x", "gone@x", "joined@x"].map(found),
      new Set(["stays@x", "gone@x", "left@x"]),
    );
    expect(plan).toEqual({
      add: [wanted("new@x")],
      remove: ["gone@x"],
      joined: [found("joined@x")],
      left: ["left@x"],
    });
  });
  it("are nobody's to tell with a field too many", () =>
    expect(rosters.safeParse({ lists: { team: { members: [] } }, asked: [], people: [] }).success).toBe(false));
});

describe("the day's work", () => {
  it.each([
    ["2026-11-29T04:59:59Z", "2026-11-28"],
    ["2026-11-29T05:00:00Z", "2026-11-29"],
    ["2026-11-29T22:59:59Z", "2026-11-29"],
    // Summer time.
    ["2026-07-01T03:59:59Z", "2026-06-30"],
    ["2026-07-01T04:00:00Z", "2026-07-01"],
  ])("at %s is that of %s", (now, day) => expect(dueDay(new Date(now))).toBe(day));
});

describe("mails that could not be delivered", () => {
  it("are counted where they wait and where they rest, and not while they are written", async () => {
    const folder = await mkdtemp(join(tmpdir(), "planb-lists-"));
    expect(await parkedMails(folder)).toBe(0);
    for (const queue of ["shunt", "bad", "out"]) await mkdir(join(folder, queue));
    for (const file of ["shunt/1+a.pck", "shunt/2+b.pck.tmp", "bad/3+c.psv", "out/4+d.pck"]) {
      await writeFile(join(folder, file), "");
    }
    expect(await parkedMails(folder)).toBe(2);
    await rm(folder, { recursive: true });
  });
});

describe("addresses of lists", () => {
  it("are known by their domain, and no others", () =>
    expect(["A@L.dk", "a@xl.dk", "a@l.dk.x"].map((one) => isOfLists({ domain: "l.dk" }, one))).toEqual([
      true,
      false,
      false,
    ]));
});

describe("what is away", () => {
  const coded = (code: string) => Object.assign(new Error("x"), { code });
  it.each([
    ["Mailman that fails", new MailmanError(502, "GET", "/lists", "")],
    ["Mailman that does not answer", new TypeError("fetch failed")],
    ["a database that refuses", coded("ECONNREFUSED")],
    ["a database that ends", coded("57P01")],
    ["a connection that broke", new Error("Connection terminated unexpectedly")],
    ["a connection that did not come about", new Error("Connection terminated due to connection timeout")],
    ["a connection that none was free for", new Error("timeout exceeded when trying to connect")],
    ["a client whose connection broke", new Error("Client has encountered a connection error and is not queryable")],
  ])("%s is", (_, error) => expect(isAway(error)).toBe(true));
  it.each([
    ["a refusal of Mailman", new MailmanError(404, "GET", "/lists", "")],
    ["a wrong query", coded("42601")],
    ["a bug", new TypeError("x is not a function")],
    ["a bug that speaks of connections", new Error("no Connection terminated")],
  ])("%s is not", (_, error) => expect(isAway(error)).toBe(false));
});

describe("settings in Mailman's words", () => {
  it("hold strangers, and everybody on announcement lists", () => {
    expect(mailmanConfig(list)).toMatchObject({ default_nonmember_action: "hold", default_member_action: "defer" });
    expect(mailmanConfig({ ...list, kind: "announcement" })).toMatchObject({ default_member_action: "hold" });
  });
  it("let a moderator decide who is on a list, and gather a day's mails whatever their size", () => {
    expect(mailmanConfig(list)).toMatchObject({ subscription_policy: "moderate", digest_size_threshold: 0 });
    expect(mailmanConfig({ ...list, kind: "open" })).toMatchObject({ subscription_policy: "confirm_then_moderate" });
  });
  it("change only where they differ", () => {
    const same = Object.fromEntries(Object.entries(mailmanConfig(list)));
    expect(changes(mailmanConfig(list), same)).toEqual({});
    expect(changes(mailmanConfig(list), { ...same, description: "x" })).toEqual({ description: "" });
  });
});

describe("a mail", () => {
  const raw = (text: string) => new TextEncoder().encode(text.replaceAll("\n", "\r\n"));
  it("of HTML alone is shown as text, without its script", async () => {
    const mail = await readMail(raw("Subject: x\nContent-Type: text/html\n\n<p>Hej</p><script>alert(1)</script>"));
    expect(mail).toMatchObject({ text: expect.stringContaining("Hej"), broken: false });
    expect(mail.text).not.toContain("alert");
  });
  it("of a list names who wrote", async () => {
    const mail = await readMail(
      raw("From: Åse via Team <team@l>\nReply-To: Anna <anna@x>\nList-Id: <team.l>\nSubject: x\n\nHej"),
    );
    expect([mail.fromName, mail.fromAddress]).toEqual(["Åse", "anna@x"]);
  });
  it("with endless headers is shown as it came", async () => {
    const mail = await readMail(raw(`Subject: ${"x".repeat(600_000)}\n\nHej`));
    expect(mail.broken).toBe(true);
    expect(mail.text.length).toBeLessThanOrEqual(20_000);
  });
  it("without any structure is no error, and has no file", async () => {
    expect((await readMail(new Uint8Array([0, 255, 13, 10, 0]))).text).not.toContain("\0");
    expect(await readFileOf(raw("Subject: x\n\nHej"), 0)).toBeUndefined();
  });
  it.each([
    ["../../etc/passwd", "passwd"],
    ["C:\\Windows\\x.exe", "x.exe"],
    ["..", "fil-1"],
    ["", "fil-1"],
    ["a\u202egpj.exe", "agpj.exe"],
    ["a\r\nSet-Cookie: x", "a Set-Cookie: x"],
    ["Rødgrød.pdf", "Rødgrød.pdf"],
  ])("names the file %j as %j", (name, safe) => expect(safeName(name, 1)).toBe(safe));
});
