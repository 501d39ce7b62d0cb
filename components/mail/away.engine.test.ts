import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { suffix } from "../directory/slapd.ts";
import { MailWorld, type TestPerson, testPerson } from "./testing/world.ts";
import { fixtureDns, signingKey } from "./testing/zone.ts";

const anna = testPerson(1, "anna");
const bo = testPerson(2, "bo");
const dora = testPerson(3, "dora", { aliases: ["dora.dans@kommune.example"] });
const emil = testPerson(4, "emil");
const stranger = "chef@open.example";
const ports = { smtp: 17525, submissions: 17565, submission: 17587, imaps: 17593, sieve: 17594, directory: 17541 };

describe("letters that are sent on, answered, or come back", () => {
  const world = new MailWorld("away", ports);
  const key = signingKey();
  const script = async ({ guid }: TestPerson, text: string) => {
    const put = await world.stack.exec("mailbox", [
      ...["bash", "-c", `printf %s "$1" | doveadm sieve put -a -u ${guid} regel`, "-", text],
    ]);
    expect(put).toMatchObject({ code: 0 });
  };
  /** Writes from outside, signed by that domain's key. */
  const write = (to: string, text: string, more: Record<string, unknown> = {}) =>
    world.receive({
      ...{ from: stranger, to, subject: "Høring", text, ...more },
      dkim: { domainName: "open.example", keySelector: "s1", privateKey: key.privatePem },
    });
  /** The one letter with a word that the strangers' server has got for an address: its envelope's sender, and all of it. */
  const outside = async (address: string, word: string) => {
    const find = async () =>
      (await world.outside()).filter((text) => text.includes(`\nrecipient: ${address}\n`) && text.includes(word));
    await expect.poll(find, { timeout: 20_000, interval: 500 }).toHaveLength(1);
    const [text = ""] = await find();
    const raw = /\*\*\* MESSAGE CONTENTS .*? \*\*\*\n([\s\S]*)\*\*\* HEADER EXTRACTED/.exec(text)?.[1] ?? "";
    return { sender: /^sender: (.*)$/m.exec(text)?.[1], raw, ...(await PostalMime.parse(raw)) };
  };
  const kept = async ({ guid }: TestPerson, word: string) =>
    (await world.stack.exec("mailbox", ["doveadm", "search", "-u", guid, "mailbox", "*", "body", word])).stdout.trim();

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap", "access", "dovecot", "postfix", "rspamd"]);
    const resolver = await fixtureDns(world.stack, key.dns);
    const spam = { markAt: 90, refuseAt: 99 };
    await world.start({
      ...{ domains: ["kommune.example"], resolvers: [resolver], spam, groupsOpenTo: "everybody" },
      forwardTo: ["outside.example"],
    });
    for (const p of [anna, bo, dora, emil]) await world.addPerson(p);
    await world.asSteward((client) =>
      client.add(`cn=g000000000001,ou=groups,${suffix}`, {
        objectClass: "planbGroup",
        ...{ cn: "g000000000001", planbGuid: "00000000-0000-4000-8000-0000000000a1", displayName: "Alle" },
        ...{ mail: "alle@kommune.example", member: [`planbGuid=${dora.guid},ou=people,${suffix}`] },
      }),
    );
  }, 240_000);
  afterAll(() => world.remove());

  it("go on as they came, under an address of ours, with the seal of who passed them on", async () => {
    await script(anna, 'require "copy"; redirect :copy "anna.privat@outside.example";');
    await write(anna.mail, "et brev der sendes videre");
    const { sender, raw } = await outside("anna.privat@outside.example", "et brev der sendes videre");
    expect(sender).toMatch(/^SRS0=.{4}=.{2}=open\.example=chef@kommune\.example$/);
    expect(raw).toMatch(/^ARC-Seal: i=1; [\s\S]*?d=kommune\.example; [\s\S]*?cv=none/m);
    expect(raw).toMatch(/^ARC-Message-Signature: i=1; [\s\S]*?d=kommune\.example;/m);
    expect(raw).toMatch(/^ARC-Authentication-Results: i=1;[\s\S]*?dkim=pass/m);
    await world.arrives(anna, "et brev der sendes videre");
    // The stranger's signature still holds: a filter that knows nothing of the first way says so.
    await world.receive({ envelope: { from: "x@strict.example", to: [emil.mail] }, raw: raw.replaceAll("\n", "\r\n") });
    const { text } = await world.arrives(emil, "et brev der sendes videre");
    expect(text).toMatch(/^Authentication-Results: [\s\S]*?dkim=pass [^;]*open\.example[\s\S]*?dmarc=pass/m);
  }, 60_000);

  it("come back to who wrote them when the address they were sent on to is dead, and pass what our DNS asks", async () => {
    await script(bo, 'redirect "gone@outside.example";');
    await write(bo.mail, "til en nedlagt adresse");
    const { sender, raw, subject, text, from } = await outside(stranger, "kunne ikke afleveres");
    expect(sender).toBe("");
    expect(subject).toBe("Din mail kom ikke frem / Your mail was not delivered");
    expect(from?.address).toBe("MAILER-DAEMON@kommune.example");
    expect(raw).toMatch(/^DKIM-Signature: .*d=kommune\.example;\s+s=planb1;/ms);
    expect(text).toContain("550 5.1.1");
  }, 60_000);

  it("tell a clerk in Danish and English when nobody is there", async () => {
    await world.submit(emil, { from: emil.mail, to: "gone@outside.example", text: "er du der" });
    const { folder, text } = await world.arrives(emil, "Din mail kom ikke frem");
    expect(folder).toBe("INBOX");
    const { text: body } = await PostalMime.parse(text);
    expect(body).toMatch(/kunne ikke afleveres til den eller de modtagere, der står nedenfor/);
    expect(body).toMatch(/could not be delivered/);
    const all = await world.stack.exec("mail", ["postconf", "-c", "/config/postfix", "-b", "/config/postfix/bounces"]);
    expect(all.stdout).toMatch(/ikke kommet frem endnu efter 4 timer\. .*\n.* op til 5 dage/);
  }, 60_000);

  it("are answered while one is away, to whichever of one's addresses they were written, in Danish", async () => {
    await script(dora, 'require "vacation"; vacation :days 1 "Jeg er på Ærø.";');
    // Not to a letter for a group of hers.
    await write("alle@kommune.example", "til gruppen");
    await world.arrives(dora, "til gruppen");
    await write("dora.dans@kommune.example", "til et alias", { subject: "Æblehaven" });
    await world.arrives(dora, "til et alias");
    const answer = await outside(stranger, "In-Reply-To: ");
    expect(answer).toMatchObject({ sender: "", subject: "Autosvar: Æblehaven", to: [{ address: stranger }] });
    expect(answer.text).toContain("Jeg er på Ærø.");
    expect(answer.raw).toMatch(/^DKIM-Signature: .*d=kommune\.example;/ms);
  }, 60_000);

  it("are not sent on to domains that nobody allowed, and kept", async () => {
    await script(emil, `redirect "privat@open.example";`);
    await write(emil.mail, "ikke ud af huset");
    await world.arrives(emil, "ikke ud af huset");
    expect(await world.stack.logs("mail")).toMatch(
      /reject: RCPT .* 5\.7\.1 .*sendes ikke videre .*privat@open\.example/,
    );
    await script(emil, `redirect "${bo.mail}";`);
    await script(bo, "keep;");
    await write(emil.mail, "til en kollega");
    await world.arrives(bo, "til en kollega");
  }, 60_000);

  it("are not sent on for somebody who is shut out, and kept", async () => {
    for (const planbState of ["disabled", "accountExpired"]) {
      await world.changePerson(anna, { planbState });
      await write(anna.mail, `fortroligt ${planbState}`);
      await expect.poll(() => kept(anna, `fortroligt ${planbState}`), { timeout: 20_000 }).not.toBe("");
    }
    await world.changePerson(anna, { planbState: "ok" });
    await write(anna.mail, "igen ansat");
    await outside("anna.privat@outside.example", "igen ansat");
    expect((await world.outside()).filter((text) => text.includes("fortroligt"))).toEqual([]);
  }, 60_000);
});
