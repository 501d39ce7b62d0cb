import { ImapFlow } from "imapflow";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { authority, type Workload } from "../../model/index.ts";
import { MailWorld, mailHost, type TestPerson, testPerson } from "./testing/world.ts";

const [anna, bo] = [testPerson(1, "anna"), testPerson(2, "bo")];
const ports = { smtp: 17325, submissions: 17365, submission: 17387, imaps: 17393, sieve: 17394, directory: 17341 };
const issuer = "https://login.access.localhost/realms/planb";
const server = `import { readFileSync } from "node:fs";
import { createServer } from "node:https";
const [keys, cert, key] = ["keys.json", "tls/cert.pem", "tls/key.pem"].map((file) => readFileSync("/config/" + file));
createServer({ cert, key }, (_, response) => response.setHeader("content-type", "application/json").end(keys)).listen(8443);
`;

describe("a login by a token", () => {
  const world = new MailWorld("tokens", ports);
  let keyPair: Awaited<ReturnType<typeof generateKeyPair>>;
  /** A token as Keycloak makes them. @param more claims that differ */
  const token = (who: TestPerson, more: Record<string, unknown> = {}, key = keyPair.privateKey) =>
    new SignJWT({ azp: "groupware", typ: "Bearer", guid: who.guid, email: who.mail, scope: "openid", ...more })
      .setProtectedHeader({ alg: "ES256", kid: "1" })
      .setIssuer(issuer)
      .setExpirationTime(Number(more["exp"] ?? Math.floor(Date.now() / 1000) + 60))
      .sign(key);
  const read = async (user: string, accessToken: string) => {
    const client = new ImapFlow({
      ...{ host: "127.0.0.1", port: ports.imaps, secure: true, logger: false },
      auth: { user, accessToken },
      tls: { ca: world.caPem, servername: mailHost },
    });
    await client.connect();
    const { exists } = await client.mailboxOpen("INBOX");
    expect(exists).toBeGreaterThanOrEqual(0);
    await client.logout();
  };
  const send = (method: "OAUTHBEARER" | "XOAUTH2", user: string, accessToken: string, text: string) => {
    const proof = [`n,a=${user},`, `host=${mailHost}`, "port=465", `auth=Bearer ${accessToken}`, "", ""].join("\x01");
    const bearer = async ({
      sendCommand,
    }: {
      sendCommand(line: string): Promise<{ status: number; text: string }>;
    }) => {
      const answer = await sendCommand(`AUTH OAUTHBEARER ${Buffer.from(proof).toString("base64")}`);
      // What is wrong with it is told first, and has to be acknowledged (RFC 7628, 3.2.3).
      const { status, text } = answer.status === 334 ? await sendCommand("AQ==") : answer;
      if (status !== 235) throw new Error(text);
    };
    return createTransport({
      ...{ host: "127.0.0.1", port: ports.submissions, secure: true },
      tls: { ca: world.caPem, servername: mailHost },
      ...(method === "XOAUTH2"
        ? { auth: { type: "OAuth2", user, accessToken } }
        : { auth: { type: "custom", method, user, pass: accessToken }, customAuth: { OAUTHBEARER: bearer } }),
    } as never).sendMail({ from: anna.mail, to: anna.mail, text });
  };

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap", "access", "dovecot", "postfix", "rspamd", "node"]);
    keyPair = await generateKeyPair("ES256");
    const keys = [{ ...(await exportJWK(keyPair.publicKey)), kid: "1", alg: "ES256", use: "sig" }];
    const leaf = await (await authority("m".repeat(43), "ca/1", "Test")).issue("sso/tls/1", ["sso"]);
    const sso: Workload = {
      name: "sso",
      image: "node",
      files: { "server.mjs": server, "keys.json": JSON.stringify({ keys }), "tls/cert.pem": leaf.certPem },
      secretFiles: { "tls/key.pem": leaf.keyPem },
      ready: { tcp: 8443 },
      ...{ memoryMiB: 96, cpu: 1, user: 1008, reachableFrom: ["access"] },
    };
    await world.stack.run(sso, { entrypoint: ["node", "/config/server.mjs"] });
    await world.start({ domains: ["kommune.example"] });
    for (const p of [anna, bo]) await world.addPerson(p);
  }, 240_000);
  afterAll(() => world.remove());

  it("reads and sends with one's own, by either mechanism", async () => {
    await read(anna.mail, await token(anna));
    for (const method of ["OAUTHBEARER", "XOAUTH2"] as const) {
      await send(method, anna.mail, await token(anna), `sendt med ${method}`);
      await world.arrives(anna, `sendt med ${method}`);
    }
  });

  it("is refused with another's, an old or a foreign one, one for another program, and by who is shut out", async () => {
    const wrong = [
      await token(bo),
      await token(anna, { exp: Math.floor(Date.now() / 1000) - 300 }),
      await token(anna, {}, (await generateKeyPair("ES256")).privateKey),
      await token(anna, { azp: "account" }),
      await token(anna, { typ: "Refresh" }),
      "opfundet",
    ];
    for (const [n, each] of wrong.entries()) {
      await expect(read(anna.mail, each), String(n)).rejects.toThrow();
      for (const method of ["OAUTHBEARER", "XOAUTH2"] as const)
        await expect(send(method, anna.mail, each, "falsk"), `${n} ${method}`).rejects.toThrow(/535|auth/i);
    }
    await world.changePerson(anna, { planbState: "disabled" });
    await expect(read(anna.mail, await token(anna))).rejects.toThrow();
    await expect(send("OAUTHBEARER", anna.mail, await token(anna), "falsk")).rejects.toThrow();
  }, 60_000);
});
