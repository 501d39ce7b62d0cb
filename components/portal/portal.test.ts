import { describe, expect, it } from "vitest";
import { stackIdentity } from "../../config/index.ts";
import { portalSettings } from "../../portal/settings.ts";
import { portalConfig } from "./config.ts";
import { ownServices, portalRoute, portalWorkload } from "./workloads.ts";

const identity = stackIdentity("demo", {
  municipality: 'Ærøskøbing "By & Land"',
  domain: "demo.localhost",
  language: "en",
  mode: "active",
  host: { address: "127.0.0.1", httpPort: 8080, httpsPort: 8443 },
});
const workload = (settings: unknown = {}) =>
  portalWorkload({
    identity,
    config: portalConfig.parse(settings),
    services: ownServices(identity),
    caPem: "CA",
    certPem: "CERT",
    keyPem: "KEY",
    identityKey: "HEADERS",
  });

describe("the portal's workload", () => {
  it("writes settings that the program reads, with every setting of the stack file", () => {
    const help = {
      phone: "+45 57 62 62 62",
      mail: "it@æ.dk".replace("æ", "ae"),
      hours: "kl. 7-16",
      text: "Spørg\nÅse",
    };
    const { files } = workload({ help });
    expect(portalSettings.parse(JSON.parse(String(files?.["portal.json"])))).toEqual({
      site: {
        municipality: 'Ærøskøbing "By & Land"',
        language: "en",
        startOrigin: "https://start.demo.localhost:8443",
        origin: "https://start.demo.localhost:8443",
      },
      issuer: "https://login.demo.localhost:8443/realms/planb",
      statusUrl: "https://steward:9100/status.json",
      help,
      services: ownServices(identity),
    });
    expect(portalSettings.parse(JSON.parse(String(workload().files?.["portal.json"]))).help).toEqual({});
    expect(workload({ memoryMiB: 77 }).memoryMiB).toBe(77);
  });

  it("keeps secrets out of plain files and the environment, and lets only edge in", () => {
    const { secretFiles, ...plain } = workload();
    expect(secretFiles).toEqual({ "tls/key.pem": "KEY", "secrets/identity-key": "HEADERS" });
    expect(JSON.stringify(plain)).not.toMatch(/KEY|HEADERS/);
    expect(plain.reachableFrom).toEqual(["edge"]);
  });

  it("asks the access service only where there is one, with a token of its own", () => {
    const args = { identity, config: portalConfig.parse({}), services: [] };
    const keys = { caPem: "CA", certPem: "CERT", keyPem: "KEY", identityKey: "HEADERS" };
    const { files, secretFiles } = portalWorkload({ ...args, ...keys, accessToken: "TOKEN" });
    expect(portalSettings.parse(JSON.parse(String(files?.["portal.json"]))).accessUrl).toBe("https://access:8443");
    expect(secretFiles?.["secrets/access-token"]).toBe("TOKEN");
    expect(String(workload().files?.["portal.json"])).not.toContain("access");
  });

  it("is behind the login, but for help", () => {
    expect(portalRoute.login).toBe("required");
    expect(portalRoute.open).not.toContain("/");
  });

  it("refuses what is no telephone number, and settings it does not know", () => {
    expect(() => portalConfig.parse({ help: { phone: "ring" } })).toThrow("57 62 62 62");
    expect(() => portalConfig.parse({ helpp: {} })).toThrow("helpp");
  });
});
