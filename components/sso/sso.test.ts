import { describe, expect, it } from "vitest";
import { stackIdentity } from "../../config/index.ts";
import { realmConfig } from "../../steward/realm/index.ts";
import { ssoConfig } from "./config.ts";
import { totpSeed } from "./index.ts";
import { ssoProbes } from "./probes.ts";
import { realmJson } from "./realm.ts";
import { ssoWorkload } from "./workloads.ts";

const identity = stackIdentity("demo", {
  municipality: 'Æblerød "Plan B" Kommune',
  domain: "demo.localhost",
  language: "da",
  mode: "active",
  host: { address: "127.0.0.1", httpPort: 8080, httpsPort: 8443 },
});
const database = { host: "database", port: 5432, name: "keycloak", user: "keycloak" };
const files = {
  caPem: "ca",
  certPem: "cert",
  keyPem: "key",
  databasePassword: "db-secret",
  stewardSecret: "st-secret",
  accessToken: "ac-secret",
};
const parse = (section: object) =>
  realmConfig.parse(JSON.parse(realmJson(ssoConfig.parse(section), identity, { authority: "ad" })));

describe("the sso workload", () => {
  const workload = ssoWorkload(ssoConfig.parse({ heapMiB: 200 }), identity, database, files);

  it("has the public address, verified links and every secret in a secret file", () => {
    const conf = workload.files?.["keycloak.conf"];
    expect(conf).toContain("hostname=https://login.demo.localhost:8443\n");
    expect(conf).toContain("sslmode=verify-full");
    expect(conf).toContain("http-enabled=false");
    expect(JSON.stringify([workload.files, workload.env])).not.toMatch(/db-secret|st-secret|ac-secret/);
    expect(Object.keys(workload.secretFiles ?? {}).sort()).toEqual([
      "secrets/access-token",
      "secrets/bootstrap-admin-client-secret",
      "secrets/db-password",
      "tls/key.pem",
    ]);
  });

  it("is reached by those alone that ask it, and publishes no port", () => {
    expect(workload).toMatchObject({
      name: "sso",
      user: 1002,
      reachableFrom: ["edge", "steward", "access", "groupware"],
      env: { PLANB_HEAP_MIB: "200" },
    });
    expect(workload.ports?.some(({ hostPort }) => hostPort !== undefined)).toBe(false);
    expect(workload.egress).toBeUndefined();
  });
});

describe("realm.json", () => {
  it("is what the steward reads, whatever the section says", () => {
    expect(parse({})).toMatchObject({
      municipality: identity.municipality,
      secondFactor: { requiredFor: "all" },
      edge: [{ clientId: "edge", redirectUris: ["https://start.demo.localhost:8443/oidc"] }],
    });
    const strange = {
      lockout: { failures: 3, minutes: 7 },
      session: { idleMinutes: 11, maxHours: 2 },
      eventDays: 13,
      breakGlass: "noed",
    };
    expect(parse(strange)).toMatchObject(strange);
  });

  it("names groups by short id, however the stack file names them", () => {
    const requiredFor = ["6f9619ff-8b86-d011-b42d-00c04fc964ff", "g0123456789ab"];
    expect(parse({ secondFactor: { requiredFor } }).secondFactor.requiredFor).toEqual([
      "g6f9619ff8b86",
      "g0123456789ab",
    ]);
  });
});

describe("the section sso", () => {
  it("refuses what cannot work", () => {
    for (const section of [
      { secondFactor: { methods: ["recoveryCodes"] } },
      { secondFactor: { requiredFor: ["Økonomi"] } },
      { lockout: { failures: 1 } },
      { breakGlass: "Nød" },
      { unknown: 1 },
    ]) {
      expect(ssoConfig.safeParse(section).success, JSON.stringify(section)).toBe(false);
    }
  });
});

it("probes the issuer and a whole login, naming secrets only", () => {
  const [discovery, login] = ssoProbes(identity);
  expect(discovery).toMatchObject({
    url: "https://login.demo.localhost:8443/realms/planb/.well-known/openid-configuration",
  });
  expect(login).toMatchObject({ kind: "login", url: "https://start.demo.localhost:8443/", totpSecret: "smoke-totp" });
});

it("makes a seed that authenticator apps take, always the same", () => {
  const seed = totpSeed(Buffer.alloc(24, 7).toString("base64url"));
  expect(seed).toMatch(/^[A-Z2-7]{39}$/);
  expect(totpSeed(Buffer.alloc(24, 7).toString("base64url"))).toBe(seed);
});
