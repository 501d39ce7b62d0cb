import { networkInterfaces } from "node:os";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { authority } from "../../model/index.ts";
import { smarthostLogin } from "./smarthost.ts";
import { smarthostEntry, smarthostName, smarthostWorkload } from "./testing/smarthost.ts";
import { MailWorld, mailHost, type TestPerson } from "./testing/world.ts";

const anna: TestPerson = {
  guid: "00000000-0000-4000-8000-000000000001",
  uid: "anna",
  mail: "anna@kommune.example",
  password: "hemmelig anna æøå",
};
const login = { user: "planb-kommune", password: "lang kode æøå 7" };
const scanner = "scanner@kommune.example";
/** Addresses of this host: the container sees them as somebody's who is routed to it, unless they are of its own bridges. */
const addresses = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .filter(({ family, internal }) => family === "IPv4" && !internal)
  .map(({ address }) => address);

describe("mail that leaves by a smarthost, and machines that send without a login", () => {
  const world = new MailWorld("relay", {
    ...{ smtp: 17_725, submissions: 17_765, submission: 17_787, imaps: 17_793, sieve: 17_794, directory: 17_741 },
  });
  let caPem: string;
  const start = (port: number, given: string, networks: readonly string[]) => {
    const to = { host: smarthostName, port, user: login.user, caFile: "ca.pem" };
    return world.startMail(
      {
        domains: ["kommune.example"],
        smarthost: to,
        correspondents: [{ domain: "encrypt.example", level: "encrypt" }, { domain: "secure.example" }],
        machines: {
          port: 17_726,
          senders: [
            { name: "Scannere", networks, from: [scanner] },
            { name: "Løn", networks: ["203.0.113.0/24"], from: ["loen@kommune.example"] },
          ],
        },
      },
      { smarthost: { caPem, login: smarthostLogin(to, given) } },
    );
  };
  const kept = async (word: string) =>
    (await world.outside("smarthost")).filter((text) => text.includes(word)).join("\n@@@\n");
  const leaves = async (word: string) => {
    await expect.poll(() => kept(word), { timeout: 30_000, interval: 500 }).not.toBe("");
    return kept(word);
  };
  /** Sends as a machine does: no login. @param from one of this host's addresses. Default: by the published port */
  const machine = async (mail: Record<string, unknown>, from?: string) => {
    const { NetworkSettings } = await world.stack.inspect("mail");
    const routed = Object.values(NetworkSettings.Networks).find(({ Gateway }) => Gateway !== "")?.IPAddress ?? "";
    return createTransport({
      ...(from === undefined ? { host: "127.0.0.1", port: 17_726 } : { host: routed, port: 2527, localAddress: from }),
      name: "scanner",
      tls: { ca: world.caPem, servername: mailHost },
    }).sendMail({ from: scanner, to: "borger@outside.example", subject: "Skanning", ...mail });
  };
  /** One of this host's addresses that is not of a network of the container's own. */
  let elsewhere: string;

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap", "access", "dovecot", "postfix", "rspamd"]);
    const ca = await authority("y".repeat(43), "ca/1", "Smarthost");
    caPem = ca.caPem;
    await world.start({ domains: ["kommune.example"] });
    await world.stack.run(smarthostWorkload(await ca.issue("a/1", [smarthostName]), login), {
      entrypoint: smarthostEntry,
    });
    await world.stack.ready("smarthost");
    await world.addPerson(anna);
    await start(587, "forkert", addresses);
    await world.stack.ready("mail");
    const { NetworkSettings } = await world.stack.inspect("mail");
    const own = Object.values(NetworkSettings.Networks).map(({ Gateway }) => Gateway);
    const { stdout } = await world.stack.exec("mail", ["cat", "/run/auth/hidden-networks"]);
    elsewhere = addresses.find((one) => !own.includes(one) && !stdout.includes(one.replace(/\.\d+$/, "."))) ?? "";
    expect(elsewhere, `${addresses} ${stdout}`).not.toBe("");
  }, 240_000);
  afterAll(() => world.remove());

  it("waits while the smarthost refuses the login, and leaves once it is right", async () => {
    const mail = { from: anna.mail, to: "borger@anywhere.example", subject: "svar", text: "et svar til borgeren" };
    await world.submit(anna, mail);
    await expect.poll(() => world.stack.logs("mail"), { timeout: 20_000 }).toMatch(/SASL authentication failed/);
    expect(await kept("et svar")).toBe("");
    await start(587, login.password, addresses);
    await world.stack.ready("mail");
    await world.stack.exec("mail", ["postqueue", "-f"]);
    const text = await leaves("et svar");
    expect(text).toMatch(/sasl_username=planb-kommune/);
    expect(text).toMatch(/^DKIM-Signature: .*d=kommune\.example;/ms);
    expect(await world.outside()).toEqual([]);
    expect(await world.stack.logs("mail")).not.toContain(login.password);
  }, 90_000);

  it("passes the smarthost by for correspondents: over TLS of the declared level, or not at all", async () => {
    const to = (domain: string) =>
      world.submit(anna, { from: anna.mail, to: `x@${domain}`, subject: "følsomt", text: `til ${domain}` });
    await to("encrypt.example");
    await expect.poll(() => world.outside(), { timeout: 20_000 }).toHaveLength(1);
    expect((await world.outside())[0]).toContain("til encrypt.example");
    await to("secure.example");
    await expect
      .poll(() => world.stack.logs("mail"), { timeout: 20_000 })
      .toMatch(/to=<x@secure\.example>.*status=deferred \(Server certificate not (trusted|verified)/);
    expect(await world.outside()).toHaveLength(1);
    for (const domain of ["encrypt.example", "secure.example"]) expect(await kept(`til ${domain}`)).toBe("");
  }, 60_000);

  it("takes mail from a machine's network, signs it, and sends it on", async () => {
    await machine({ text: "en skannet side" }, elsewhere);
    expect(await leaves("en skannet side")).toMatch(/^DKIM-Signature: .*d=kommune\.example;/ms);
  });

  it("lets a machine write as nobody else, under the envelope or in From", async () => {
    const refused = (mail: Record<string, unknown>, code: number) =>
      expect(machine({ text: "falsk", ...mail }, elsewhere)).rejects.toMatchObject({ responseCode: code });
    for (const from of [anna.mail, "loen@kommune.example", "x@outside.example", "scanner@andet.example"])
      await refused({ from }, 554);
    await refused({ envelope: { from: "", to: ["borger@outside.example"] } }, 554);
    await refused({ from: anna.mail, envelope: { from: scanner, to: ["borger@outside.example"] } }, 554);
    expect(await kept("falsk")).toBe("");
  });

  it("relays for nobody whose address the engine hides, whatever networks are declared", async () => {
    await start(465, login.password, ["0.0.0.0/0"]);
    await world.stack.ready("mail");
    await expect(machine({ text: "skjult" })).rejects.toMatchObject({
      responseCode: 554,
      message: expect.stringContaining("The container engine hides your address"),
    });
    await machine({ text: "over port 465" }, elsewhere);
    await leaves("over port 465");
  }, 60_000);

  it("takes nothing from another network, and nothing on the port for strangers", async () => {
    await start(465, login.password, ["203.0.113.0/24"]);
    await world.stack.ready("mail");
    await expect(machine({ text: "fremmed" }, elsewhere)).rejects.toMatchObject({ responseCode: 554 });
    await expect(world.receive({ from: scanner, to: "x@outside.example", text: "x" })).rejects.toThrow(/5\d\d/);
  }, 60_000);
});
