import { type PeerCertificate, connect as tlsConnect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stackIdentity } from "../../config/index.ts";
import { buildImages } from "../../images/index.ts";
import { authority } from "../../model/index.ts";
import { TestStack } from "../../test/contract/engine.ts";
import { edgeSecretConf } from "./conf/index.ts";
import { edgeConfig } from "./config.ts";
import { loginRoute, type Route } from "./routes.ts";
import { pebbleWorkload } from "./testing/pebble.ts";
import { edgeWorkload } from "./workloads.ts";

const identity = stackIdentity("test-acme", {
  municipality: "Test Kommune",
  domain: "acme.example",
  language: "da",
  mode: "active",
  host: { address: "127.0.0.1", httpPort: 18_786, httpsPort: 18_746 },
});
const routes: readonly Route[] = [
  loginRoute(identity, []),
  { service: "portal", host: "start", upstream: { workload: "portal", port: 8443 }, login: "none" },
];
const config = edgeConfig.parse({
  certificate: {
    kind: "acme",
    directory: "https://pebble:14000/dir",
    contact: "it@acme.example",
    agreeTerms: true,
    root: "pebble.pem",
  },
});

/** The certificate that edge shows for a name. */
const shown = (host: string): Promise<PeerCertificate> =>
  new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: 18_746, servername: identity.hostName(host), rejectUnauthorized: false };
    const socket = tlsConnect(options, () => {
      resolve(socket.getPeerCertificate());
      socket.end();
    });
    socket.on("error", reject);
  });

describe("edge with an ACME authority", () => {
  const stack = new TestStack("acme");

  beforeAll(async () => {
    await buildImages(() => {}, ["base", "edge"]);
    const ca = await authority("m".repeat(43), "ca/1", "Test");
    const scratch = { tmpfs: { "/run/pebble": "rw,exec,mode=1777" } };
    await stack.run(await pebbleWorkload(ca, 18_786, 60), scratch);
    await stack.ready("pebble");
    const leaf = await ca.issue("edge/tls/1", ["edge"]);
    const secretConf = edgeSecretConf({
      ...{ identityKey: "0".repeat(32), clientSecret: "c".repeat(32), passphrase: "p".repeat(32) },
      accessToken: "a".repeat(32),
    });
    const files = { caPem: ca.caPem, ...leaf, secretConf, roots: ca.caPem };
    await stack.run(edgeWorkload({ identity, config, routes, ...files }));
    await stack.ready("edge");
  }, 300_000);
  afterAll(() => stack.remove());

  const until = async (what: (certificate: PeerCertificate) => boolean, seconds: number): Promise<PeerCertificate> => {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const certificate = await shown("start").catch(() => undefined);
      if (certificate && what(certificate)) return certificate;
      if (Date.now() > end) throw new Error(`${certificate?.issuer.CN}\n${await stack.logs("edge")}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };

  it("gets a certificate for all names at its plain port and renews it in time", { timeout: 150_000 }, async () => {
    const first = await until(({ issuer }) => String(issuer.CN).startsWith("Pebble"), 60);
    expect(first.subjectaltname).toBe("DNS:login.acme.example, DNS:start.acme.example");
    expect((await shown("login")).serialNumber).toBe(first.serialNumber);
    // Nobody is turned away while the new one is taken over.
    const end = Date.now() + 70_000;
    let renewed = first;
    while (renewed.serialNumber === first.serialNumber && Date.now() < end) renewed = await shown("start");
    expect(renewed.serialNumber).not.toBe(first.serialNumber);
    expect(renewed.issuer.CN).toMatch(/^Pebble/);
  });
});
