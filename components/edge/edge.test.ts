import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { stackIdentity } from "../../config/index.ts";
import { claimHeader, identityKey } from "../../model/identity-headers.ts";
import { authority } from "../../model/index.ts";
import { checkOwnKey, coveredNames, expiredCertificate, publicRoots, readOwnCertificate } from "./certificate.ts";
import { edgeSecretConf } from "./conf/index.ts";
import { edgeConfig } from "./config.ts";
import { loginRoute, oidcClientUrls, type Route, type Site } from "./routes.ts";
import { edgeWorkload } from "./workloads.ts";

const identity = stackIdentity("ringsted", {
  municipality: "Ringsted Kommune",
  domain: "planb.ringsted.dk",
  language: "da",
  mode: "active",
  host: { address: "192.0.2.10", httpPort: 80, httpsPort: 443 },
});
const portal: Route = {
  service: "portal",
  host: "start",
  upstream: { workload: "portal", port: 8443 },
  login: "required",
  open: ["/hjaelp"],
};
const site: Site = {
  service: "mail",
  hostName: "mta-sts.ringsted.dk",
  pages: { "/.well-known/mta-sts.txt": { type: "text/plain", text: "version: STSv1" } },
};
const workload = (settings: unknown = {}, routes: readonly Route[] = [portal], sites: readonly Site[] = []) => {
  const config = edgeConfig.parse(settings);
  const pems = { caPem: "CA", certPem: "CERT", keyPem: "KEY", secretConf: "SECRET" };
  return edgeWorkload({
    identity,
    config,
    routes: [loginRoute(identity, config.adminFrom), ...routes],
    sites,
    ...pems,
  });
};
const conf = (settings: unknown = {}, routes?: readonly Route[]) =>
  String(workload(settings, routes).files?.["edge.conf"]);

describe("edge's configuration", () => {
  it("holds no secret: the workload's plain files and environment carry none", () => {
    const { secretFiles, ...plain } = workload();
    expect(secretFiles).toEqual({ "tls/key.pem": "KEY", "secrets/edge.conf": "SECRET" });
    expect(JSON.stringify(plain)).not.toMatch(/KEY|SECRET|OIDCClientSecret|OIDCCryptoPassphrase/);
  });

  it("speaks HTTP/1.1 alone where a route asks for it", () => {
    const own = (settings: Route) => conf({}, [settings]).split("ServerName start.planb.ringsted.dk").at(-1) ?? "";
    expect(own({ ...portal, http1: true })).toContain("  Protocols http/1.1\n");
    expect(own(portal)).not.toContain("Protocols");
  });

  it("keeps the port out of addresses where it is the usual one", () => {
    expect(conf()).toContain("OIDCRedirectURI https://start.planb.ringsted.dk/oidc\n");
    expect(oidcClientUrls(identity, ["start", "filer"])).toEqual([
      {
        clientId: "edge",
        redirectUris: ["https://start.planb.ringsted.dk/oidc"],
        postLogoutRedirectUris: ["https://start.planb.ringsted.dk/*"],
        backchannelLogoutUrl: "https://start.planb.ringsted.dk/oidc?logout=backchannel",
      },
      {
        clientId: "edge-filer",
        redirectUris: ["https://filer.planb.ringsted.dk/oidc"],
        postLogoutRedirectUris: ["https://filer.planb.ringsted.dk/*"],
        backchannelLogoutUrl: "https://filer.planb.ringsted.dk/oidc?logout=backchannel",
      },
    ]);
  });

  it("takes every setting of the stack file", () => {
    const text = conf({ hstsDays: 3, adminFrom: ["10.9.0.0/16"], sessionHours: 7, idleMinutes: 13 });
    expect(text).toContain(`Strict-Transport-Security "max-age=259200"`);
    expect(text).toContain("Require ip 10.9.0.0/16");
    expect(text).toContain("OIDCSessionMaxDuration 25200");
    expect(text).toContain("OIDCSessionInactivityTimeout 780");
    expect(conf({ hstsDays: 0 })).not.toContain("max-age=");
    expect(workload({ memoryMiB: 222 }).memoryMiB).toBe(222);
  });

  it("asks ACME for every name once, and keeps what it got in a volume with a way out", () => {
    const certificate = {
      kind: "acme",
      directory: "https://acme.example/dir",
      contact: "it@ringsted.dk",
      agreeTerms: true,
    };
    expect(conf({ certificate })).toContain("MDomain login.planb.ringsted.dk start.planb.ringsted.dk manual\n");
    expect(conf({ certificate })).toContain("MDCertificateAuthority https://acme.example/dir\n");
    expect(workload({ certificate })).toMatchObject({
      volumes: [{ name: "acme", path: "/data", backup: "daily" }],
      egress: [{ host: "acme.example", port: 443 }],
    });
    expect(workload()).not.toHaveProperty("volumes");
    expect(conf()).not.toContain("MDomain");
  });

  it("serves sites under their own names, over ACME with a certificate each", () => {
    const { files, publicNames } = workload({}, [portal], [site]);
    expect(files?.["sites/mta-sts.ringsted.dk-0"]).toBe("version: STSv1");
    expect(publicNames).toContain("mta-sts.ringsted.dk");
    expect(String(files?.["edge.conf"]).match(/ServerName mta-sts\.ringsted\.dk/g)).toHaveLength(2);
    const acme = { kind: "acme", contact: "it@ringsted.dk", agreeTerms: true };
    const text = String(workload({ certificate: acme }, [portal], [site]).files?.["edge.conf"]);
    expect(text).toContain("MDomain login.planb.ringsted.dk start.planb.ringsted.dk manual\n");
    expect(text).toContain("MDomain mta-sts.ringsted.dk manual\n");
  });

  it("has those who come by the public names trust the roots that vouch for them", () => {
    const acme = {
      kind: "acme",
      directory: "https://a.example/dir",
      contact: "it@a.example",
      agreeTerms: true,
    } as const;
    expect(publicRoots("x", { kind: "internal" })).toBe("");
    expect(publicRoots("x", acme).match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(50);
    expect(() => publicRoots("x", { kind: "file", chain: "a.pem", root: "gone.pem" })).toThrow(
      'stacks/x.yaml: edge.certificate.root: expected a PEM file of root certificates, got "gone.pem"',
    );
    expect(conf({ certificate: { ...acme, root: "own.pem" } })).toContain(
      "MDCACertificateFile /config/acme-roots.pem\n",
    );
  });

  it("refuses ACME without the terms, and settings it does not know", () => {
    expect(() => edgeConfig.parse({ certificate: { kind: "acme", contact: "it@ringsted.dk" } })).toThrow("agreeing");
    expect(() => edgeConfig.parse({ certificate: { kind: "own" } })).toThrow();
    expect(() => edgeConfig.parse({ hstsDay: 1 })).toThrow("hstsDay");
  });

  it("closes what a route does not name, and opens what it says", () => {
    const files: Route = {
      ...portal,
      service: "files",
      host: "files",
      maxBodyMiB: 2048,
      timeoutSeconds: 600,
      open: [],
    };
    const text = conf({}, [portal, files]);
    expect(text).toContain('"%{HTTP:Content-Length} -gt 2147483648"');
    expect(text).toContain("OIDCCookie __Host-planb-files");
    expect(text).toContain("timeout=600");
    expect(text.match(/ServerName files\.planb\.ringsted\.dk/g)).toHaveLength(2);
    expect(workload({}, [portal, files]).publicNames).toEqual(
      ["login", "start", "files"].map((host) => `${host}.planb.ringsted.dk`),
    );
  });

  it("takes HTTP Basic below the paths that say so, and passes on by path", () => {
    const files: Route = {
      ...portal,
      ...{
        service: "files",
        host: "filer",
        upstreams: [{ workload: "page", port: 8443, paths: ["/side", "/side/op"] }],
      },
      basic: { paths: ["/dav"], protocol: "dav", upstream: { workload: "files", port: 9443 } },
    };
    const text = conf({}, [portal, files]);
    expect(text).toContain("OIDCClientID edge-filer\n");
    expect(text.match(/AuthType oauth20/g)).toHaveLength(1);
    expect(text).toContain("ProxyPass /dav https://files:9443/dav ");
    const [longer, shorter, rest] = ["/side/op https", "/side https", "/ https://portal"].map((part) =>
      text.lastIndexOf(`ProxyPass ${part}`),
    );
    expect(longer).toBeLessThan(shorter ?? 0);
    expect(shorter).toBeLessThan(rest ?? 0);
    expect(conf()).not.toContain("oauth20");
  });

  it("names the identity headers by a key made of the derived secret", () => {
    const key = identityKey("Zm9vYmFyYmF6cXV4cXV1eGNvcmdl");
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(claimHeader(key, "loginTime")).toBe(`x-planb-${key}-logintime`);
    expect(edgeSecretConf({ identityKey: key, clientSecret: "s", passphrase: "p", accessToken: "a" })).toContain(
      `Define identityKey ${key}`,
    );
  });

  it("checks that the key of an own certificate fits", async () => {
    const ca = await authority("m".repeat(43), "ca/1", "Test");
    const one = await ca.issue("one", ["a.dk"]);
    const two = await ca.issue("two", ["a.dk"]);
    expect(checkOwnKey(one.certPem, one.keyPem)).toBe(one.keyPem);
    expect(() => checkOwnKey(one.certPem, two.keyPem)).toThrow("expected the key of the certificate");
    expect(() => checkOwnKey(one.certPem, "nonsense")).toThrow("expected a private key in PEM");
  });

  it("tells which names an own certificate covers, and warns of one that has expired, by the file's own name", async () => {
    const folder = mkdtempSync(join(tmpdir(), "planb-edge-"));
    vi.stubEnv("PLANB_STACKS_DIR", folder);
    try {
      const ca = await authority("m".repeat(43), "ca/1", "Test");
      const { certPem } = await ca.issue("one", ["*.a.dk", "autoconfig.b.dk"]);
      writeFileSync(join(folder, "own.pem"), certPem);
      const names = ["mta-sts.a.dk", "mta-sts.b.dk", "autoconfig.b.dk"];
      const own = { kind: "file", chain: "own.pem" } as const;
      expect(coveredNames("x", own, names)).toEqual(["mta-sts.a.dk", "autoconfig.b.dk"]);
      expect(coveredNames("x", { kind: "internal" }, names)).toEqual(names);
      const later = new Date(new X509Certificate(certPem).validTo);
      expect(expiredCertificate("x", own, new Date(later.getTime() - 1000))).toBeUndefined();
      expect(expiredCertificate("x", { kind: "internal" }, later)).toBeUndefined();
      expect(expiredCertificate("x", own, later)).toMatch(/x\.yaml: edge\.certificate\.chain: "own\.pem" expired on /);
      expect(expiredCertificate("x", own, later)).toContain(folder);
      // What has expired is deployed all the same: everything else needs it.
      vi.setSystemTime(later);
      expect(readOwnCertificate("x", "own.pem", ["x.a.dk"])).toBe(certPem);
    } finally {
      vi.useRealTimers();
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    }
  });
});
