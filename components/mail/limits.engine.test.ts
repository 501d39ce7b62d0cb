import { connect } from "node:net";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { MailWorld, mailHost, type TestPerson, testPerson } from "./testing/world.ts";

const [anna, bo, carl] = [testPerson(1, "anna"), testPerson(2, "bo"), testPerson(3, "carl")];
const ports = { smtp: 17425, submissions: 17465, submission: 17487, imaps: 17493, sieve: 17494, directory: 17441 };
const many = (count: number) => Array.from({ length: count }, (_, n) => `borger${n}@outside.example`);

describe("what a person may send", () => {
  const world = new MailWorld("limits", ports);
  /** Sends, and gives the answer's code and text. */
  const answer = (who: TestPerson, to: readonly string[], text = "et brev") =>
    world.submit(who, { from: who.mail, bcc: [...to], text }).then(
      () => "250",
      (error: Error & { response?: string }) => error.response ?? error.message,
    );

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap", "access", "dovecot", "postfix", "rspamd"]);
    const limits = { messagesPerHour: 200, recipientsPerMessage: 200, recipientsPerHour: 300 };
    await world.start({ domains: ["kommune.example"], limits });
    for (const p of [anna, bo, carl]) await world.addPerson(p);
  }, 240_000);
  afterAll(() => world.remove());

  it("is a letter to 150, and no third one like it: recipients have a limit of their own", async () => {
    expect(await answer(anna, [anna.mail])).toBe("250");
    expect(await answer(anna, many(150))).toBe("250");
    // A postmaster among the recipients changes nothing.
    expect(await answer(anna, [...many(150), "postmaster@outside.example"])).toMatch(
      /^451 4\.7\.1 .*Du har sendt mange mails .* You have sent many letters/,
    );
    expect(await answer(anna, [bo.mail])).toBe("250");
    expect(await answer(bo, [anna.mail])).toBe("250");
    expect(await answer(bo, many(150))).toBe("250");
  });

  it("comes from an office behind one address: each of 70 who log in within a minute, 40 at once, is heard", async () => {
    const one = async (n: number) => {
      const who = n % 2 ? bo : carl;
      return world.submit(who, { from: who.mail, to: anna.mail, text: `fra pc ${n}` });
    };
    for (const [first, count] of [
      [0, 40],
      [40, 30],
    ] as const) {
      const sent = await Promise.all(Array.from({ length: count }, (_, n) => one(first + n)));
      expect(sent.map(({ accepted }) => accepted)).toEqual(sent.map(() => [anna.mail]));
    }
    // Nothing was ended by the engine for want of memory.
    expect(await world.stack.logs("mail")).not.toMatch(/killed by signal|throttling/);
  }, 90_000);

  it("is heard by who logs in, and all is well, while strangers keep all they can get of the port for servers", async () => {
    const idle = Array.from({ length: 20 }, () => connect(ports.smtp, "127.0.0.1").on("error", () => undefined));
    try {
      await expect.poll(() => world.stack.logs("mail"), { timeout: 20_000 }).toMatch(/service "2525" .* process limit/);
      await world.submit(bo, { from: bo.mail, to: anna.mail, text: "mens andre venter" });
      await world.arrives(anna, "mens andre venter");
      expect((await world.stack.exec("mail", ["mail-ready"])).code).toBe(0);
      // Who says nothing is sent away, so that others get through.
      const server = createTransport({
        ...{ host: "127.0.0.1", port: ports.smtp, ignoreTLS: true },
        greetingTimeout: 90_000,
      });
      await server.sendMail({ from: "x@outside.example", to: anna.mail, text: "en server der venter" });
      expect(await world.stack.logs("mail")).not.toMatch(/killed by signal|throttling/);
    } finally {
      for (const socket of idle) socket.destroy();
    }
  }, 150_000);

  it("is nothing, by a connection from before, once the person is shut out", async () => {
    const session = createTransport({
      ...{ host: "127.0.0.1", port: ports.submissions, secure: true, name: "pc", pool: true, maxConnections: 1 },
      tls: { ca: world.caPem, servername: mailHost },
      auth: { user: carl.mail, pass: carl.password },
    });
    try {
      await session.sendMail({ from: carl.mail, to: anna.mail, text: "mens jeg var ansat" });
      for (const planbState of ["disabled", "accountExpired"]) {
        await world.changePerson(carl, { planbState });
        const sent = session.sendMail({ from: carl.mail, to: anna.mail, text: "efter fyringen" });
        await expect(sent).rejects.toMatchObject({ responseCode: 553 });
      }
    } finally {
      session.close();
    }
    expect(await world.letters(anna, "efter fyringen")).toEqual([]);
    await world.arrives(anna, "mens jeg var ansat");
  });
});
