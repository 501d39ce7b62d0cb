import { connect } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { gzipSync } from "node:zlib";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { runProbe } from "../../probes/index.ts";
import { suffix } from "../directory/slapd.ts";
import { MailWorld, mailHost, type TestPerson, testPerson, testPorts } from "./testing/world.ts";
import { zipBomb, zipOf } from "./testing/zip.ts";

const anna = testPerson(1, "anna", { aliases: ["anna.and@kommune.example"], groups: ["g000000000001"] });
const bo = testPerson(2, "bo");
const dn = (p: TestPerson) => `planbGuid=${p.guid},ou=people,${suffix}`;

/** Speaks SMTP in the clear and gives every answer's code and text. */
function talk(...lines: string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(testPorts.smtp, "127.0.0.1");
    const answers: string[] = [];
    const rest = [...lines];
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no answer after ${answers.join(" | ")}`)));
    socket.on("error", reject).on("close", () => resolve(answers));
    let text = "";
    socket.on("data", (data) => {
      text += data.toString("latin1");
      if (!/^\d{3} .*\r\n$/m.test(text)) return;
      answers.push(text.trim());
      text = "";
      if (socket.writableEnded) return;
      const next = rest.shift();
      if (next === undefined) socket.end("QUIT\r\n");
      else socket.write(`${next}\r\n`);
    });
  });
}

describe("mail on an engine", () => {
  const world = new MailWorld();
  /** Texts of a person's messages that hold a word. Nobody here has a name in the DNS, so what comes from outside may be filed as spam. */
  const inbox = async (p: TestPerson, word: string) => (await world.letters(p, word)).map(({ text }) => text);
  const arrives = async (p: TestPerson, word: string) => (await world.arrives(p, word)).text;
  const from = "fru@outside.example";
  /** A letter is refused for good; or taken, and then Bo finds it as it was sent. */
  const unharmed = async (sent: Promise<unknown>, word: string, check: (text: string) => void | Promise<void>) => {
    const refused = await sent.then(
      () => undefined,
      (error: { responseCode?: number }) => error.responseCode ?? 0,
    );
    if (refused === undefined) await check(await arrives(bo, word));
    else expect(refused).toBeGreaterThanOrEqual(500);
  };
  const attached = async (text: string, content: Buffer) => {
    const { attachments } = await PostalMime.parse(text);
    expect(Buffer.compare(Buffer.from(attachments[0]?.content as ArrayBuffer), content)).toBe(0);
  };

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap", "access", "dovecot", "postfix", "rspamd"]);
    await world.start({
      domains: ["kommune.example"],
      postmaster: anna.mail,
      maxMessageMiB: 2,
      correspondents: [{ domain: "secure.example" }, { domain: "encrypt.example", level: "encrypt" }],
      limits: { messagesPerHour: 60 },
      forwardTo: ["*"],
    });
    for (const p of [anna, bo]) await world.addPerson(p);
    await world.asSteward(async (client) => {
      await client.add(`cn=g000000000001,ou=groups,${suffix}`, {
        objectClass: "planbGroup",
        ...{ cn: "g000000000001", planbGuid: "00000000-0000-4000-8000-0000000000a1", displayName: 'Løn "og, mere"' },
        ...{ mail: "loen@kommune.example", member: [dn(anna), dn(bo)] },
      });
      const resource = (cn: string, planbKind: string, more: Record<string, string>) =>
        client.add(`cn=${cn},ou=resources,${suffix}`, {
          objectClass: "planbResource",
          ...{ cn, planbKind, displayName: cn, mail: `${cn}@kommune.example`, ...more },
        });
      await resource("post", "sharedMailbox", { planbSenderGroup: "g000000000001" });
      await resource("lokale", "room", {});
    });
  }, 240_000);
  afterAll(() => world.remove());

  it("runs with root for the master alone", async () => {
    const { stdout } = await world.stack.exec("mail", [
      ...[
        "bash",
        "-c",
        "for p in /proc/[0-9]*; do echo $(cat $p/comm) $(awk '/^Uid/{print $2}' $p/status); done | sort -u",
      ],
    ]);
    const root = stdout.split("\n").filter((line) => line.endsWith(" 0"));
    expect(
      root.every((line) => /^(start-mail|master|postfix-script|bash|awk|cat|sort) 0$/.test(line)),
      stdout,
    ).toBe(true);
    expect(stdout).toContain("smtpd 1009");
  });

  it("takes mail from outside over TLS, and delivers it to whom an address belongs", async () => {
    const sent = { from, subject: "æøå udefra", text: "et brev udefra" };
    await world.receive({ ...sent, to: anna.mail });
    await world.receive({ ...sent, to: "anna.and+gren@kommune.example", text: "til et alias" });
    const text = await arrives(anna, "et brev udefra");
    expect(text).toMatch(/^Received: .*TLSv1\.3/ms);
    expect(text).toMatch(/^Authentication-Results: /m);
    await arrives(anna, "til et alias");
    await world.receive({ ...sent, to: "postmaster@kommune.example", text: "til postmesteren" });
    await arrives(anna, "til postmesteren");
  });

  it("hands on by connections that stay open, with a key that one account alone reads", async () => {
    const letters = Array.from({ length: 6 }, (_, n) => ({
      from,
      to: bo.mail,
      subject: `nr ${n}`,
      text: "et af flere",
    }));
    await Promise.all(letters.map((letter) => world.receive(letter)));
    await expect.poll(() => inbox(bo, "et af flere"), { timeout: 20_000, interval: 500 }).toHaveLength(6);
    expect(await world.stack.logs("mail")).toMatch(/Verified TLS connection reused to mailbox/);
    // The mailboxes may be away for a moment: a connection that ended under a letter is no letter lost.
    await world.stack.kill("mailbox");
    await world.receive({ from, to: bo.mail, subject: "efter", text: "efter en genstart" });
    await world.stack.ready("mailbox");
    await world.stack.exec("mail", ["postqueue", "-f"]);
    await arrives(bo, "efter en genstart");
    const key = await world.stack.exec("mail", ["stat", "-c", "%a %U", "/run/auth/mailbox-key.pem"]);
    expect(key.stdout.trim()).toBe("400 postfix");
  });

  it("lets people send inside and out by a login, and signs what leaves", async () => {
    await world.submit(anna, { from: anna.mail, to: bo.mail, subject: "hej", text: "hej bo, fra anna" });
    await arrives(bo, "hej bo, fra anna");
    await world.submit(anna, { from: "anna.and@kommune.example", to: bo.mail, text: "under et alias" }, "anna");
    const text = await arrives(bo, "under et alias");
    expect(text).toMatch(/^DKIM-Signature: .*d=kommune\.example;\s+s=planb1;/ms);
  });

  it("refuses a wrong password, a foreign sender and an unknown recipient", async () => {
    const mail = { from: anna.mail, to: bo.mail, text: "x" };
    await expect(world.submit({ ...anna, password: "gæt" }, mail)).rejects.toMatchObject({ responseCode: 535 });
    await expect(world.submit(anna, { ...mail, from: bo.mail })).rejects.toMatchObject({ responseCode: 553 });
    await expect(world.submit(anna, { ...mail, from })).rejects.toMatchObject({ responseCode: 553 });
    await expect(world.receive({ from, to: "ingen@kommune.example", text: "x" })).rejects.toMatchObject({
      responseCode: 550,
    });
    await expect(world.receive({ from: bo.mail, to: anna.mail, text: "x" })).rejects.toMatchObject({
      responseCode: 554,
    });
  });

  it.each([
    ["another's address", [`From: ${bo.mail}`]],
    ["a stranger's address", [`From: ${from}`]],
    ["another's address as the written name", [`From: "${bo.mail}" <${anna.mail}>`]],
    ["an encoded name that is another's address", [`From: =?utf-8?B?${btoa(bo.mail)}?= <${anna.mail}>`]],
    ["another's address before the own", [`From: ${bo.mail}, ${anna.mail}`]],
    ["another's address after the own", [`From: ${anna.mail}, ${bo.mail}`]],
    ["a group of addresses", [`From: alle: ${anna.mail}, ${bo.mail};`]],
    ["two headers", [`From: ${anna.mail}`, `From: ${bo.mail}`]],
    ["two headers, one with a space", [`From: ${anna.mail}`, `From : ${bo.mail}`]],
    ["another's address as who has sent it", [`From: ${anna.mail}`, `Sender: ${bo.mail}`]],
    ["no From at all", []],
    ["a shared mailbox of the sender's groups, under the own envelope", ["From: post@kommune.example"]],
  ])("refuses a letter with %s in its header", async (_, headers) => {
    const raw = [...headers, `To: ${bo.mail}`, "Subject: falsk", "", "Send pengene"].join("\r\n");
    for (const sender of [anna.mail, ""]) {
      const sent = world.submit(anna, { envelope: { from: sender, to: [bo.mail] }, raw });
      await expect(sent).rejects.toMatchObject({
        responseCode: 554,
        response: expect.stringMatching(/Fra-adressen er ikke din.*The From address is not yours/),
      });
    }
    expect(await inbox(bo, "Send pengene")).toEqual([]);
  });

  it("lets a letter's header say the sender's name in any form", async () => {
    const names = [
      `"Anna And, Løn (it's me) @ Rådhuset" <${anna.mail}>`,
      `=?utf-8?Q?Anna_=C3=86=2C_?= <ANNA@Kommune.Example>`,
      `${anna.mail} (Anna)`,
      `"${anna.mail}" <${anna.mail}>`,
      `Anna <anna+gren@kommune.example>`,
    ];
    for (const [i, name] of names.entries()) {
      const raw = `From: ${name}\r\nTo: ${bo.mail}\r\nSubject: navn\r\n\r\nunder navn nummer ${i}`;
      await world.submit(anna, { envelope: { from: anna.mail, to: [bo.mail] }, raw });
      await arrives(bo, `under navn nummer ${i}`);
    }
  });

  it("lets the members of its group send as a shared mailbox, and nobody else", async () => {
    const mail = { from: "post@kommune.example", to: bo.mail, text: "fra den fælles postkasse" };
    await expect(world.submit(bo, mail)).rejects.toMatchObject({ responseCode: 553 });
    await world.submit(anna, mail);
    await arrives(bo, "fra den f");
  });

  it("expands a group for those inside, and refuses strangers", async () => {
    const mail = { to: "loen@kommune.example", text: "til hele gruppen" };
    await expect(world.receive({ ...mail, from })).rejects.toMatchObject({ responseCode: 554 });
    await world.submit(bo, { ...mail, from: bo.mail });
    await arrives(anna, "til hele gruppen");
    await arrives(bo, "til hele gruppen");
  });

  it("brings one copy to who is addressed by name and by a group", async () => {
    const to = ["loen@kommune.example", bo.mail, anna.mail];
    await world.submit(bo, { to, from: bo.mail, text: "til alle på en gang" });
    await arrives(anna, "til alle p");
    await world.submit(bo, { to: anna.mail, from: bo.mail, text: "og en til" });
    await arrives(anna, "og en til");
    expect(await inbox(anna, "til alle p")).toHaveLength(1);
  });

  it("delivers outside, signed, and over declared TLS or not at all", async () => {
    const mail = { from: anna.mail, text: "til de andre" };
    const to = (domain: string) => world.submit(anna, { ...mail, to: `x@${domain}`, subject: domain });
    await Promise.all(["outside.example", "encrypt.example", "secure.example"].map(to));
    await expect.poll(() => world.outside(), { timeout: 20_000 }).toHaveLength(2);
    const texts = (await world.outside()).join("\n");
    expect(texts.match(/d=kommune\.example;\s+s=planb1;/g)).toHaveLength(2);
    expect(texts).not.toContain("secure.example");
    await expect.poll(() => world.stack.logs("mail")).toMatch(/x@secure\.example.*Server certificate not verified/);
  });

  it("relays for the stack's programs by their certificate, and for nobody without one", async () => {
    const mail = { from: "fru@fremmed.example", to: "videre@outside.example", text: "sendt videre" };
    await world.asProgram("mailbox", mail);
    await expect.poll(async () => (await world.outside()).join(""), { timeout: 20_000 }).toContain("sendt videre");
    const [forwarded] = (await world.outside()).filter((text) => text.includes("sendt videre"));
    expect(forwarded).toMatch(/^sender: SRS0=.{4}=.{2}=fremmed\.example=fru@kommune\.example$/m);
    const back = /^sender: (\S+)$/m.exec(forwarded ?? "")?.[1] ?? "";
    await world.receive({ envelope: { from: "", to: [back] }, raw: "Subject: retur\r\n\r\nkom ikke frem" });
    await expect.poll(() => world.stack.logs("mail")).toMatch(/to=<fru@fremmed\.example>, orig_to=<SRS0=/);
    await expect(world.asProgram("outside", mail)).rejects.toMatchObject({ responseCode: 554 });
    await expect(world.asProgram(undefined, mail)).rejects.toThrow();
  });

  it("takes a room's mail and keeps none", async () => {
    await world.receive({ from, to: "lokale@kommune.example", text: "en indkaldelse" });
    await expect.poll(async () => await world.stack.logs("mail")).toMatch(/relay=none.*a room has no mailbox/);
  });

  it.each([
    "stranger@outside.example",
    "<stranger@outside.example>",
    "stranger%outside.example@kommune.example",
    "stranger%outside.example",
    "stranger@outside.example@kommune.example",
    '"stranger@outside.example"@kommune.example',
    '"stranger%outside.example"',
    "@kommune.example:stranger@outside.example",
    "outside.example!stranger",
    "outside.example!stranger@kommune.example",
    "stranger@[127.0.0.1]",
    "stranger@localhost",
  ])("relays nothing for a stranger: %s", async (recipient) => {
    const rcpt = recipient.startsWith("<") ? recipient : `<${recipient}>`;
    for (const sender of ["x@outside.example", "", "x@[127.0.0.1]"]) {
      const answers = await talk("EHLO x.outside.example", `MAIL FROM:<${sender}>`, `RCPT TO:${rcpt}`);
      expect(answers.at(-1), `${sender} ${rcpt}: ${answers.join(" | ")}`).toMatch(/^(5\d\d|221)/);
      expect(answers.join("\n")).not.toMatch(/^250 2\.1\.5/m);
    }
  });

  it("offers no login in the clear, nor to strangers' servers, and no TLS below 1.2", async () => {
    expect((await talk("EHLO x"))[1]).not.toMatch(/AUTH/);
    expect((await talk("EHLO x", "AUTH PLAIN AGFubmEAeA=="))[2]).toMatch(/^5/);
    for (const maxVersion of ["TLSv1", "TLSv1.1"] as const) {
      const old = new Promise((resolve, reject) => {
        const options = { servername: mailHost, ca: world.caPem, minVersion: "TLSv1" as const, maxVersion };
        const ciphers = "DEFAULT@SECLEVEL=0";
        tlsConnect(testPorts.submissions, "127.0.0.1", { ...options, ciphers })
          .on("secureConnect", resolve)
          .on("error", reject);
      });
      await expect(old).rejects.toThrow(/alert|version|protocol/i);
    }
  });

  it("refuses what is too large, what would run on a PC, and goes on after what is broken", async () => {
    const to = bo.mail;
    const attach = (filename: string) => ({ attachments: [{ filename, content: "MZ" }] });
    await expect(world.receive({ from, to, text: "x".repeat(3_000_000) })).rejects.toThrow(/552|size/i);
    await expect(world.receive({ from, to, text: "x", ...attach("faktura.pdf.exe") })).rejects.toMatchObject({
      responseCode: 554,
      response: expect.stringMatching(/^554 5\.7\.1 Vedhaeftede filer .* Attached files/),
    });
    const raw = (text: string) => world.receive({ envelope: { from, to: [to] }, raw: text });
    const head = `From: ${from}\r\nTo: ${to}\r\nMessage-ID: <a@outside.example>\r\nDate: ${new Date().toUTCString()}\r\n`;
    await raw(`${head}Content-Type: multipart/mixed; boundary="\r\nMIME-Version: 1.0\r\n\r\n--\r\n--x\r\nbrudt mime`);
    await arrives(bo, "brudt mime");
    const headers = Array.from({ length: 4000 }, (_, i) => `X-Endless-${i}: ${"y".repeat(200)}\r\n`).join("");
    await unharmed(raw(`${head}${headers}\r\nendelige`), "endelige", (text) => expect(text).toContain(headers));
    const others = (count: number) => Array.from({ length: count }, (_, i) => `x${i}@outside.example`).join(",\r\n ");
    await raw(`${head}Cc: ${others(2200)}\r\n\r\nto tusind`);
    expect(await arrives(bo, "to tusind")).toContain(others(2200));
    await expect(raw(`${head}Cc: ${others(3000)}\r\n\r\nafkortet`)).rejects.toMatchObject({
      responseCode: 554,
      response: expect.stringMatching(/hoved er for lang.*header of the letter is too long/),
    });
    const nested = Array.from(
      { length: 300 },
      (_, i) => `Content-Type: multipart/mixed; boundary="b${i}"\r\n\r\n--b${i}\r\n`,
    ).join("");
    await unharmed(raw(`${head}MIME-Version: 1.0\r\n${nested}indlejret`), "indlejret", (text) =>
      expect(text).toContain(`${nested}indlejret`),
    );
    const bomb = { filename: "bombe.gz", content: gzipSync(Buffer.alloc(50_000_000)) };
    await unharmed(world.receive({ from, to, text: "en bombe", attachments: [bomb] }), "en bombe", (text) =>
      attached(text, bomb.content),
    );
    await world.receive({ from, to, text: "stadig i live" });
    await arrives(bo, "stadig i live");
  });

  it("looks into archives: refuses what would run on a PC there too, and outlives a zip bomb", async () => {
    const to = bo.mail;
    const send = (filename: string, content: Buffer, text = "se vedlagte") =>
      world.receive({ from, to, text, attachments: [{ filename, content }] });
    const program = await zipOf({ "tilbud/æøå faktura.exe": Buffer.from("MZ") });
    await expect(send("faktura.zip", program)).rejects.toMatchObject({ responseCode: 554 });
    await send("bilag.zip", await zipOf({ "tilbud/faktura.txt": Buffer.from("500 kr.") }), "et harmløst arkiv");
    await arrives(bo, "et harml");
    const started = async () => (await world.stack.inspect("filter")).State.StartedAt;
    const before = await started();
    const bomb = await zipBomb();
    await unharmed(send("bombe.zip", bomb, "arkivet i arkivet"), "arkivet i arkivet", (text) => attached(text, bomb));
    await world.receive({ from, to, text: "stadig i live efter arkivet" });
    await arrives(bo, "stadig i live efter");
    expect(await started()).toBe(before);
  });

  it("keeps what it acknowledged through a kill", async () => {
    const mailbox = world.stack.docker.getContainer((await world.stack.inspect("mailbox")).Id);
    await mailbox.pause();
    await world.receive({ from, to: anna.mail, text: "kvitteret før strømmen gik" });
    await world.stack.kill("mail");
    await mailbox.unpause();
    await arrives(anna, "kvitteret f");
  }, 60_000);

  it("makes the probe's journey, and leaves nothing behind", async () => {
    const probe = {
      ...({ kind: "mail", name: "mail-journey", service: "mail", title: { en: "", da: "" } } as const),
      url: `smtp://${mailHost}:${testPorts.smtp}`,
      submissionUrl: `smtps://${mailHost}:${testPorts.submissions}`,
      imapUrl: `imaps://${mailHost}:${testPorts.imaps}`,
      ...{ username: anna.mail, passwordSecret: "smoke", timeoutMs: 30_000 },
    };
    const context = { caPem: world.caPem, address: "127.0.0.1", secrets: { smoke: anna.password } };
    expect(await runProbe(probe, context)).toMatchObject({ ok: true });
    expect(await inbox(anna, "planb-ind-")).toEqual([]);
    const wrong = await runProbe(probe, { ...context, secrets: { smoke: "gæt" } });
    expect(wrong).toMatchObject({ ok: false, detail: expect.stringContaining("535") });
  });

  it("bounds what a person sends in an hour", async () => {
    const mail = { from: bo.mail, to: bo.mail, text: "meget" };
    const answers: (number | string)[] = [];
    for (let turn = 0; turn < 10; turn++) {
      const four = Array.from({ length: 4 }, () =>
        world.submit(bo, mail).then(
          () => 250,
          (error: Error & { responseCode?: number }) => error.responseCode ?? error.message,
        ),
      );
      answers.push(...(await Promise.all(four)));
    }
    // Half of an hour's messages at once, less what the stories before have sent, and one a minute after that.
    const refused = answers.filter((answer) => answer !== 250);
    expect(answers.length - refused.length).toBeGreaterThan(10);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(refused).toEqual(refused.map(() => 451));
  });
});
