import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { MailboxWorld, type TestPerson } from "./testing/world.ts";

const person = (n: number, name: string, more: Partial<TestPerson> = {}): TestPerson => ({
  guid: `0000000${n}-0000-4000-8000-000000000001`,
  logins: [name, `${name}@kommune.example`, `${name}@kommune.lan`],
  mail: `${name}@kommune.example`,
  password: `Kode-${name}-1`,
  accessToken: `token-${name}`,
  ...more,
});
const clerk = person(1, "clerk", { aliases: ["c.lerk@kommune.example"], groups: ["g000000000001"] });
const other = person(2, "bjørk", { mail: "bjoerk@kommune.example", groups: ["g000000000002"] });
const people = [clerk, other];

describe("the mailboxes on an engine", () => {
  const world = new MailboxWorld();
  const login = ({ logins, password }: TestPerson, n = 0) => ({ user: logins[n] ?? "", pass: password });

  beforeAll(async () => {
    await buildImages(() => {}, ["dovecot", "openldap", "node"]);
    await world.start(
      {
        shared: [
          {
            address: "borgerservice@kommune.example",
            name: "Borgerservice Øst",
            aliases: [],
            readers: [],
            senders: [],
          },
        ],
      },
      people,
    );
    for (const each of people) await world.addPerson(each);
  }, 180_000);
  afterAll(() => world.remove());

  it("takes mail over LMTP and shows it over IMAP, whichever login is used", async () => {
    await world.deliver("clerk@kommune.example", { subject: "Første" });
    for (const n of [0, 1, 2]) {
      const seen = await world.asUser(login(clerk, n), async (client) => {
        const box = await client.mailboxOpen("INBOX");
        return box.exists;
      });
      expect(seen).toBe(1);
    }
  });
});
