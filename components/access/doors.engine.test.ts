import { ImapFlow } from "imapflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { MailWorld, mailHost, type TestPerson } from "../mail/testing/world.ts";
import { ssoConfig } from "../sso/config.ts";
import { testToken } from "./testing.ts";

const ports = { smtp: 17725, submissions: 17765, submission: 17787, imaps: 17793, sieve: 17794, directory: 17741 };
const person = (n: number, uid: string): TestPerson => ({
  guid: `00000000-0000-4000-8000-00000000000${n}`,
  uid,
  mail: `${uid}@kommune.example`,
  password: `hemmelig ${uid} æøå`,
});
const gitte = person(1, "gitte");
const hans = person(2, "hans");
const { failures } = ssoConfig.parse({}).lockout;

describe("guesses at all doors, with Dovecot and Postfix behind them", () => {
  const world = new MailWorld("doors", ports);

  /** What access answers a client of the stack; 127.0.0.9 is nobody else's address. */
  const ask = async (client: "edge" | "sso", path: string, body: object): Promise<{ status: number; text: string }> => {
    const { stdout } = await world.stack.exec("mail", [
      ...["curl", "-sS", "--cacert", "/config/ca.pem", "-w", "\n%{http_code}", "-H", "Content-Type: application/json"],
      ...["-H", `Authorization: Bearer ${testToken(client)}`, "-d", JSON.stringify({ address: "127.0.0.9", ...body })],
      `https://access:8443${path}`,
    ]);
    const [text = "", status = ""] = stdout.split("\n");
    return { status: Number(status), text };
  };
  /** Tries a password at each door; true: let in. */
  const doors = {
    imap: async ({ mail }: TestPerson, pass: string): Promise<boolean> => {
      const client = new ImapFlow({
        ...{ host: "127.0.0.1", port: ports.imaps, secure: true, auth: { user: mail, pass }, logger: false },
        tls: { ca: world.caPem, servername: mailHost },
      });
      client.on("error", () => undefined);
      try {
        await client.connect();
        await client.logout();
        return true;
      } catch (error) {
        if (error instanceof Error && "authenticationFailed" in error) return false;
        throw error;
      }
    },
    smtp: ({ mail }: TestPerson, pass: string): Promise<boolean> =>
      world
        .transport(ports.submissions, true, { user: mail, pass })
        .verify()
        .catch((error: { responseCode?: number }) => {
          if (error.responseCode === undefined) throw error;
          return false;
        }),
    // As edge asks for WebDAV, CalDAV and CardDAV, and Keycloak for the page.
    dav: async ({ uid }: TestPerson, password: string): Promise<boolean> =>
      (await ask("edge", "/verify", { protocol: "dav", login: uid, password })).status === 200,
    web: async ({ uid, password }: TestPerson, typed: string): Promise<boolean> => {
      const about = { protocol: "web", login: uid };
      const { allowed } = JSON.parse((await ask("sso", "/attempt", about)).text) as { allowed: boolean };
      if (allowed) await ask("sso", "/result", { ...about, ok: typed === password });
      return allowed && typed === password;
    },
  };

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap", "access", "dovecot", "postfix", "rspamd"]);
    await world.start({ domains: ["kommune.example"] });
    for (const each of [gitte, hans]) await world.addPerson(each);
  });
  afterAll(() => world.remove());

  it("are one count: spent at one after the other, all of them are shut, to that person alone", async () => {
    for (const [name, tries] of Object.entries(doors))
      expect([name, await tries(gitte, gitte.password)]).toEqual([name, true]);
    const names = Object.keys(doors) as (keyof typeof doors)[];
    for (let n = 0; n <= failures; n++) {
      const name = names[n % names.length] ?? "imap";
      expect([name, await doors[name](gitte, `gæt ${n}`)]).toEqual([name, false]);
    }
    for (const [name, tries] of Object.entries(doors)) {
      expect([name, await tries(gitte, gitte.password)]).toEqual([name, false]);
      expect([name, await tries(hans, hans.password)]).toEqual([name, true]);
    }
  });
});
