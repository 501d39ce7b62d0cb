import { ImapFlow } from "imapflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { MailWorld, mailHost, type TestPerson } from "./testing/world.ts";
import { fixtureDns, signingKey } from "./testing/zone.ts";

const anna: TestPerson = {
  guid: "00000000-0000-4000-8000-000000000001",
  uid: "anna",
  mail: "anna@kommune.example",
  password: "hemmelig anna æøå",
};

const ports = {
  ...{ smtp: 17925, submissions: 17965, submission: 17987 },
  ...{ imaps: 17993, sieve: 17994, directory: 17941 },
};

describe("what the DNS says of who sends", () => {
  const world = new MailWorld("verdicts", ports);
  const key = signingKey();
  /** Sends from outside under a name, and gives what came of it. */
  const send = async (from: string, word: string, options: { signed?: string; envelope?: string } = {}) => {
    const envelope = { from: options.envelope ?? from, to: [anna.mail] };
    const dkim = options.signed
      ? { dkim: { domainName: options.signed, keySelector: "s1", privateKey: key.privatePem } }
      : {};
    await world.receive({ from, to: anna.mail, subject: word, text: `brev ${word}`, envelope, ...dkim });
  };
  /** Letters that hold a word, and where they lie. */
  const letters = async (word: string): Promise<{ folder: string; text: string }[]> => {
    const client = new ImapFlow({
      ...{ host: "127.0.0.1", port: ports.imaps, secure: true, logger: false },
      auth: { user: anna.mail, pass: anna.password },
      tls: { ca: world.caPem, servername: mailHost },
    });
    await client.connect();
    try {
      const found: { folder: string; text: string }[] = [];
      for (const folder of ["INBOX", "Junk"]) {
        if ((await client.mailboxOpen(folder)).exists === 0) continue;
        for await (const { source } of client.fetch("1:*", { source: true })) {
          found.push({ folder, text: source?.toString("utf8") ?? "" });
        }
      }
      return found.filter(({ text }) => text.includes(word));
    } finally {
      await client.logout();
    }
  };
  const arrived = async (word: string) => {
    await expect.poll(() => letters(word), { timeout: 20_000, interval: 500 }).toHaveLength(1);
    return (await letters(word))[0] ?? { folder: "", text: "" };
  };

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap", "access", "dovecot", "postfix", "rspamd"]);
    const resolver = await fixtureDns(world.stack, key.dns);
    // Nobody here has a name in the DNS, so the score of everything is high: here nothing but the domain's own wish counts.
    const spam = { markAt: 90, refuseAt: 99 };
    await world.start({ domains: ["kommune.example"], resolvers: [resolver], spam });
    await world.addPerson(anna);
  }, 240_000);
  afterAll(() => world.remove());

  it("refuses who is neither of the domain's servers nor signs with its key, where the domain asks for that", async () => {
    await expect(send("chef@strict.example", "forfalsket")).rejects.toMatchObject({ responseCode: 554 });
    // Signed, but by another domain's key, and sent by its servers: it is not the domain that the letter names.
    const other = { signed: "open.example", envelope: "x@open.example" };
    await expect(send("chef@strict.example", "forfalsket", other)).rejects.toMatchObject({ responseCode: 554 });
    expect(await letters("forfalsket")).toEqual([]);
  });

  it("files as spam where the domain asks for quarantine", async () => {
    await send("chef@quarantine.example", "karantæne");
    expect((await arrived("karant")).folder).toBe("Junk");
  });

  it("lets in who signs with the domain's key, and says so", async () => {
    await send("chef@strict.example", "underskrevet", { signed: "strict.example" });
    const { folder, text } = await arrived("underskrevet");
    expect(folder).toBe("INBOX");
    expect(text).toMatch(/^Authentication-Results: [\s\S]*?dkim=pass [\s\S]*?dmarc=pass/m);
  });

  it("lets in who comes from the domain's own servers, and says so", async () => {
    await send("chef@open.example", "fra egen server");
    const { folder, text } = await arrived("fra egen server");
    expect(folder).toBe("INBOX");
    expect(text).toMatch(/^Authentication-Results: [\s\S]*?spf=pass [\s\S]*?dmarc=pass/m);
  });
});
