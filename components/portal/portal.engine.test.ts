import { parse } from "node-html-parser";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stackIdentity } from "../../config/index.ts";
import { buildImages } from "../../images/index.ts";
import { claimHeaders } from "../../model/identity-headers.ts";
import { authority, derive } from "../../model/index.ts";
import type { PortalService } from "../../portal/settings.ts";
import { TestStack } from "../../test/contract/engine.ts";
import { askAccess, testAccess, testToken } from "../access/testing.ts";
import { suffix } from "../directory/slapd.ts";
import { asSteward, ownDirectory } from "../directory/testing.ts";
import { portalConfig } from "./config.ts";
import { ownServices, portalWorkload } from "./workloads.ts";

const master = "m".repeat(43);
const password = (name: string) => derive(master, `directory/${name}/1`);
const [directoryPort, accessPort, portalPort] = [17_714, 17_715, 17_716];
const key = "0123456789abcdef0123456789abcdef";
const guid = "6f1b2c3d-0a4e-4b5c-8d6e-7f8091a2b3c4";
const identity = stackIdentity("test-portal", {
  municipality: 'Ærøskøbing "By & Land"',
  domain: "portal.localhost",
  language: "da",
  mode: "active",
  host: { address: "127.0.0.1", httpPort: 80, httpsPort: 443 },
});
const mail: PortalService = {
  service: "mail",
  title: { da: "Mail", en: "E-mail" },
  about: { da: "Læs og skriv", en: "Read and write" },
  settings: [
    { kind: "imap", host: "mail.kommune.example", port: 993, security: "tls" },
    { kind: "smtp", host: "mail.kommune.example", port: 465, security: "tls" },
  ],
};

describe("the portal beside the real access service and directory", () => {
  const stack = new TestStack("portal");
  let agent: Agent;
  let access: ReturnType<typeof askAccess>;

  /** Asks the portal as edge does for the clerk, whose form comes from the start page. */
  async function ask(path: string, form?: Record<string, string>) {
    const claims = { guid, user: "åse.clerk", name: "Åse Bæk", mail: "aase@kommune.example" };
    const sent = { "content-type": "application/x-www-form-urlencoded", origin: identity.origin("start") };
    const {
      statusCode,
      body,
      headers: answered,
    } = await request(`https://127.0.0.1:${portalPort}${path}`, {
      dispatcher: agent,
      headers: { ...claimHeaders(key, claims), ...(form ? sent : {}) },
      ...(form ? { method: "POST", body: String(new URLSearchParams(form)) } : {}),
    });
    const text = await body.text();
    return { status: statusCode, text, root: parse(text), location: answered["location"] };
  }
  const verify = (protocol: string, secret: string) =>
    access.ask("mailbox", "POST", "/verify", { protocol, login: "aase@kommune.example", password: secret });

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap", "access", "portal"]);
    const ca = await authority(master, "ca/1", "Test");
    const { caPem } = ca;
    await stack.run(await ownDirectory(ca, password, directoryPort));
    await stack.ready("directory");
    await asSteward(caPem, directoryPort, password("steward"), (client) =>
      client.add(`planbGuid=${guid},ou=people,${suffix}`, {
        objectClass: ["inetOrgPerson", "planbPerson"],
        ...{ planbGuid: guid, uid: "åse.clerk", cn: "Åse Bæk", sn: "Bæk", mail: "aase@kommune.example" },
        ...{ o: "ad", planbState: "ok", planbPasswordKnown: "FALSE" },
      }),
    );
    await stack.run(await testAccess(ca, password("access"), accessPort));
    const portal = portalWorkload({
      identity,
      config: portalConfig.parse({}),
      services: [mail, ...ownServices(identity)],
      caPem,
      ...(await ca.issue("portal/tls/1", ["portal"])),
      identityKey: key,
      accessToken: testToken("portal"),
    });
    await stack.run({ ...portal, ports: [{ name: "https", port: 8443, hostPort: portalPort }] });
    await stack.ready("access");
    await stack.ready("portal");
    agent = new Agent({ connect: { ca: caPem, servername: "portal" } });
    access = askAccess(caPem, accessPort);
  });
  afterAll(async () => {
    await agent?.close();
    await access?.close();
    await stack.remove();
  });

  it("makes an app password that opens mail and nothing else, until it is removed", async () => {
    expect((await ask("/app-adgangskoder")).root.querySelector("#liste ~ p")?.textContent).toBe("Du har ingen endnu.");
    const made = await ask("/app-adgangskoder", { name: 'Min "nye" telefon & æble', kind: "mail" });
    expect(made.status).toBe(201);
    const [login, secret = ""] = made.root.querySelectorAll("dd.code").map((dd) => dd.textContent);
    expect(login).toBe("aase@kommune.example");
    expect(secret).toMatch(/^(\w{4}-){4}\w{4}$/);

    const id = secret.slice(0, 4);
    expect(await verify("imap", secret)).toMatchObject({ status: 200, body: { guid, appPassword: id } });
    expect((await verify("dav", secret)).status).toBe(401);

    const row = (await ask("/app-adgangskoder")).root.querySelectorAll("tbody tr > *");
    expect(row[0]?.textContent).toBe('Min "nye" telefon & æble');
    expect(row[3]?.textContent).not.toBe("Ikke brugt endnu");

    const removed = await ask(`/app-adgangskoder/${id}/fjern`, {});
    expect([removed.status, removed.location]).toEqual([303, "/app-adgangskoder?fjernet=1"]);
    expect((await ask("/app-adgangskoder")).root.querySelector("tbody")).toBeNull();
    expect((await verify("imap", secret)).status).toBe(401);
  });

  it("keeps no app password, in no log", async () => {
    const made = await ask("/app-adgangskoder", { name: "Telefon", kind: "mail" });
    const secret = made.root.querySelectorAll("dd.code")[1]?.textContent ?? "";
    const profile = await ask("/telefon/profil.mobileconfig", { password: secret, mail: "1" });
    expect(profile.text).toContain(`<key>IncomingPassword</key><string>${secret}</string>`);
    for (const name of ["portal", "access"]) {
      const log = await stack.logs(name);
      expect(log).not.toContain(secret);
      expect(log).not.toContain(secret.replaceAll("-", ""));
    }
  });

  it("says so when there are as many as one may have", async () => {
    let last = { status: 201 };
    for (let made = 0; made < 25 && last.status === 201; made++)
      last = await ask("/app-adgangskoder", { name: `Nr. ${made}`, kind: "mail" });
    expect(last.status).toBe(422);
    expect((await ask("/app-adgangskoder")).root.querySelectorAll("tbody tr")).toHaveLength(20);
  });

  it("goes on without the access service, and says what is away", async () => {
    await stack.docker.getContainer((await stack.inspect("access")).Id).stop({ t: 2 });
    const list = await ask("/app-adgangskoder");
    expect(list.status).toBe(200);
    expect(list.text).toContain("kan ikke læses lige nu");
    expect((await ask("/telefon")).status).toBe(200);
    expect((await ask("/")).status).toBe(200);
  });
});
