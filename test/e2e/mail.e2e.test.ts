import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Clerk, words } from "./support/clerk.ts";
import { openRunning, type RunningStack, steward } from "./support/demo.ts";
import { appPassword, fromOutside, MailProgram, mailServers, tidyMail } from "./support/mail.ts";
import { Staff } from "./support/staff.ts";

const run = `historie-${randomUUID().slice(0, 8)}`;
const address = (login: string) => `${login}@kommune.example`;
const stranger = "fru.fremmed@example.net";
const shared = { mail: address("faellespost"), inbox: "Delt/Fællespost/Indbakke", junk: "Delt/Fællespost/Junk" };

describe("a clerk's mail, with a mail program", () => {
  let stack: RunningStack;
  let staff: Staff;
  /** In Borgerservice, who share a mailbox. */
  let inga: MailProgram;
  let bent: MailProgram;
  /** Not in Borgerservice. */
  let cleo: MailProgram;
  /** Leaves soon. */
  let dina: MailProgram;
  /** Somebody guesses at her password. */
  let gerda: MailProgram;
  let guessed: Clerk;

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    const names = [
      ["inga", "Inga"],
      ["bent", "Bent"],
      ["cleo", "Cleo"],
      ["dina", "Dina"],
      ["gerda", "Gerda"],
    ] as const;
    const clerks: Clerk[] = [];
    for (const [login, given] of names) clerks.push(await staff.hire(`post.${login}`, given, "Postprøve-Ærø"));
    for (const login of ["inga", "bent"]) await staff.admin("add-member", "G-Borgerservice", `post.${login}`);
    const aliases = [`SMTP:${address("post.inga")}`, `smtp:${address("post.inga.alias")}`];
    await staff.admin("set", "post.inga", "proxyAddresses", ...aliases);
    await steward(stack, "sync");
    const programs = await Promise.all(
      clerks.map(async (clerk) => {
        return new MailProgram(stack, address(clerk.username), await appPassword(stack, clerk, "Postprogram"));
      }),
    );
    [inga, bent, cleo, dina, gerda] = programs as [MailProgram, MailProgram, MailProgram, MailProgram, MailProgram];
    guessed = clerks.at(-1) as Clerk;
  });
  afterAll(async () => {
    await tidyMail(stack, run);
    await staff.dismissAll();
  });

  it("reaches a colleague, under the address and the name that one logs in with", async () => {
    await inga.send({ to: bent.mail, subject: `${run} kære kollega`, text: "Rødgrød med fløde" });
    const { text } = await bent.arrives(`${run} k`);
    expect(text).toMatch(/^DKIM-Signature: .*d=kommune\.example;/ms);
    expect(await new MailProgram(stack, inga.mail, inga.password, "post.inga").letIn()).toBe(true);
  });

  it("comes in from outside over TLS, to the address and to an alias", async () => {
    await fromOutside(stack, { from: stranger, to: inga.mail, subject: `${run} udefra`, text: "Goddag" });
    await fromOutside(stack, { from: stranger, to: address("post.inga.alias"), subject: `${run} alias`, text: "Hej" });
    const { text } = await inga.arrives(`${run} udefra`);
    expect(text).toMatch(/^Received: .*mx\.example\.net.*TLSv1\.3/ms);
    await inga.arrives(`${run} alias`);
    const nobody = fromOutside(stack, { from: stranger, to: address("findes.ikke"), subject: run, text: "?" });
    await expect(nobody).rejects.toMatchObject({ responseCode: 550 });
  });

  it("goes to everybody of a group of AD, from inside only", async () => {
    const letter = { to: address("alle-borgerservice"), subject: `${run} til alle`, text: "Møde kl. 9" };
    await expect(fromOutside(stack, { ...letter, from: stranger })).rejects.toMatchObject({ responseCode: 554 });
    await cleo.send(letter);
    await Promise.all([inga.arrives(`${run} til alle`), bent.arrives(`${run} til alle`)]);
    expect(await cleo.letters(`${run} til alle`)).toEqual([]);
  });

  it("of a shared mailbox is read and sent by its group, and by nobody else", async () => {
    await fromOutside(stack, {
      from: stranger,
      to: shared.mail,
      subject: `${run} borger`,
      text: "Jeg har et spørgsmål",
    });
    // The demo has no DNS to ask about strangers, so their letters may be filed as spam.
    await inga.arrives(`${run} borger`, [shared.inbox, shared.junk]);
    expect(await bent.folders()).toContain(shared.inbox);
    expect((await cleo.folders()).filter((folder) => folder.startsWith("Delt"))).toEqual([]);
    await inga.send({ from: shared.mail, to: cleo.mail, subject: `${run} svar`, text: "Her er svaret" });
    expect((await cleo.arrives(`${run} svar`)).text).toMatch(/^From: faellespost@kommune\.example/m);
    const forged = cleo.send({ from: shared.mail, to: bent.mail, subject: run, text: "falsk" });
    await expect(forged).rejects.toMatchObject({ responseCode: 553 });
  });

  it("is not sent in another's name, from inside or from outside", async () => {
    const letter = { to: bent.mail, subject: `${run} falsk`, text: "Send pengene" };
    for (const from of [inga.mail, "borgmester@kommune.example", stranger]) {
      await expect(cleo.send({ ...letter, from }), from).rejects.toMatchObject({ responseCode: 553 });
    }
    await expect(fromOutside(stack, { ...letter, from: inga.mail })).rejects.toMatchObject({ responseCode: 554 });
    expect(await bent.letters(`${run} falsk`)).toEqual([]);
  });

  it("is refused to the plain password of people who have a second factor", async () => {
    const plain = new MailProgram(stack, cleo.mail, "Velkommen-2026");
    expect(await plain.letIn()).toBe(false);
    const sent = plain.send({ to: bent.mail, subject: run, text: "x" });
    await expect(sent).rejects.toMatchObject({ responseCode: 535 });
    expect(await cleo.letIn()).toBe(true);
  });

  it.each([
    "offer@example.org",
    "offer%example.org@kommune.example",
    '"offer@example.org"@kommune.example',
    "@kommune.example:offer@example.org",
    "example.org!offer",
    "offer@[127.0.0.1]",
  ])("is relayed for no stranger: %s", async (recipient) => {
    const answers = await talk(stack, "EHLO x.example.net", `MAIL FROM:<${stranger}>`, `RCPT TO:<${recipient}>`);
    expect(answers.at(-1), answers.join(" | ")).toMatch(/^5\d\d /);
  });

  it("speaks TLS 1.2 or newer, and takes no password in the clear", async () => {
    const { imaps, submissions } = mailServers(stack);
    for (const { name, port } of [imaps, submissions]) {
      expect(await handshake(stack, name, port, "TLSv1.1")).toMatch(/alert protocol version/i);
      expect(await handshake(stack, name, port, "TLSv1.2")).toBe("TLSv1.2");
    }
    expect((await talk(stack, "EHLO x.example.net")).at(-1)).not.toMatch(/AUTH/);
  });

  it("is shut to who is disabled in AD: the open connection ends within a pass and 60 s", async () => {
    const open = await dina.open();
    await open.mailboxOpen("INBOX");
    const ended = new Promise<void>((resolve) => open.once("close", resolve));
    await staff.admin("disable", "post.dina");
    // No command: the steward's own pass (30 s) has to notice.
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error("still connected")), 90_000));
    await Promise.race([ended, late]);
    expect(await dina.letIn()).toBe(false);
    await expect(dina.send({ to: bent.mail, subject: run, text: "x" })).rejects.toMatchObject({ responseCode: 535 });
  });

  it("goes on by app password while guesses shut the login in the browser; guesses here tell and shut nothing", async () => {
    const typed = ["Velkommen-2026", ...Array.from({ length: 6 }, (_, n) => `gæt-${n}`)];
    const answers = await Promise.all(typed.map((text) => new MailProgram(stack, gerda.mail, text).letIn()));
    expect(answers).not.toContain(true);
    expect(words((await guessed.sendPassword("gæt")).page)).toMatch(/er forkert/);
    for (let n = 0; n < 5; n++) await guessed.sendPassword(`gæt-${n}`);
    expect(words((await guessed.sendPassword()).page)).toMatch(/For mange forkerte forsøg/);
    expect(await gerda.letIn()).toBe(true);
  });
});

/** Speaks SMTP in the clear, as a stranger's server, and gives each answer. */
function talk(stack: RunningStack, ...lines: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(mailServers(stack).smtp.port, stack.context.address);
    const answers: string[] = [];
    const rest = [...lines];
    let text = "";
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no answer after ${answers.join(" | ")}`)));
    socket.on("error", reject).on("close", () => resolve(answers));
    socket.on("data", (data) => {
      text += data.toString("latin1");
      if (!/^\d{3} .*\r\n$/m.test(text) || socket.writableEnded) return;
      answers.push(text.trim());
      text = "";
      const next = rest.shift();
      if (next === undefined) socket.end("QUIT\r\n");
      else socket.write(`${next}\r\n`);
    });
  });
}

/** The TLS version agreed on when no newer one is offered, or what the server says to that. */
function handshake(stack: RunningStack, servername: string, port: number, version: "TLSv1.1" | "TLSv1.2") {
  return new Promise<string>((resolve) => {
    const options = { host: stack.context.address ?? servername, port, servername, ca: stack.outputs.caPem };
    // What this side would refuse by itself is allowed, so that it is the server that refuses.
    const old = { minVersion: "TLSv1.1", maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const socket = tlsConnect({ ...options, ...old });
    socket.on("error", (error) => resolve(error.message));
    socket.on("secureConnect", () => {
      resolve(socket.getProtocol() ?? "");
      socket.end();
    });
  });
}
