import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { MailWorld, type TestPerson } from "./testing/world.ts";
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
  const lists = { domain: "liste.example", upstream: { workload: "lists", port: 8024 }, recipients: [] };
  let section: Record<string, unknown>;
  /** Sends from outside under a name, and gives what came of it. */
  const send = async (from: string, word: string, options: { signed?: string; envelope?: string } = {}) => {
    const envelope = { from: options.envelope ?? from, to: [anna.mail] };
    const dkim = options.signed
      ? { dkim: { domainName: options.signed, keySelector: "s1", privateKey: key.privatePem } }
      : {};
    await world.receive({ from, to: anna.mail, subject: word, text: `brev ${word}`, envelope, ...dkim });
  };
  const letters = (word: string) => world.letters(anna, word);
  const arrived = (word: string) => world.arrives(anna, word);

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap", "access", "dovecot", "postfix", "rspamd"]);
    const resolver = await fixtureDns(world.stack, key.dns);
    // Nobody here has a name in the DNS, so the score of everything is high: here nothing but the domain's own wish counts.
    const spam = { markAt: 90, refuseAt: 99 };
    section = { domains: ["kommune.example"], postmaster: anna.mail, resolvers: [resolver], spam };
    await world.start(section, lists);
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

  it.each(["Borgmesteren <borgmester@kommune.example>", "BORGMESTER@Kommune.Example", "nyt@liste.example"])(
    "files as spam what says it is from us (%s), and nothing proves it, whatever the DNS asks of others",
    async (name) => {
      const word = `pengene ${name.length}`;
      const raw = `From: ${name}\r\nTo: ${anna.mail}\r\nSubject: hast\r\n\r\nSend ${word}`;
      await world.receive({ envelope: { from: "x@open.example", to: [anna.mail] }, raw });
      expect((await arrived(word)).folder).toBe("Junk");
    },
  );

  it("lets in what another sends for us with our key, and what a colleague sends", async () => {
    const ours = { signed: "kommune.example", envelope: "bounce@open.example" };
    await send("nyhedsbrev@kommune.example", "for kommunen", ours);
    expect((await arrived("for kommunen")).folder).toBe("INBOX");
    // Signed by somebody else, it is not ours.
    await send("nyhedsbrev@kommune.example", "med anden nøgle", { ...ours, signed: "open.example" });
    expect((await arrived("med anden")).folder).toBe("Junk");
    await world.submit(anna, { from: anna.mail, to: anna.mail, text: "fra en kollega" });
    expect((await arrived("fra en kollega")).folder).toBe("INBOX");
    const listed = { from: "nyt@liste.example", to: anna.mail, text: "fra listen" };
    await world.asProgram("lists", { ...listed, envelope: { from: "nyt-bounces@liste.example", to: [anna.mail] } });
    expect((await arrived("fra listen")).folder).toBe("INBOX");
  });

  it("brings mail to the postmaster of the lists' domain too", async () => {
    await world.receive({ from: "chef@open.example", to: "abuse@liste.example", text: "misbrug af en liste" });
    await arrived("misbrug af en liste");
  });

  it("signs with another key once it is named, which was made and shown before", async () => {
    const start = async (dkim: Record<string, string>) => {
      await world.startMail({ ...section, dkim }, {}, lists);
      for (const name of ["filter", "mail"]) await world.stack.ready(name);
    };
    const selectors = async () =>
      (await world.stack.exec("filter", ["dkim-public"])).stdout
        .split("\n")
        .filter((line) => line.startsWith("kommune.example "))
        .map((line) => line.split(" ")[1]);
    const signedBy = async (word: string) => {
      await world.submit(anna, { from: anna.mail, to: anna.mail, text: word });
      return /^DKIM-Signature: .*d=kommune\.example;\s+s=(\w+);/ms.exec((await arrived(word)).text)?.[1];
    };
    await start({ selector: "planb1", next: "planb2" });
    expect(await selectors()).toEqual(["planb1", "planb2"]);
    expect(await signedBy("under den gamle")).toBe("planb1");
    await start({ selector: "planb2" });
    expect(await signedBy("under den nye")).toBe("planb2");
    expect(await selectors()).toEqual(["planb2"]);
  }, 120_000);
});
