import { describe, expect, it } from "vitest";
import type { Probe } from "../../model/index.ts";
import { statusConfigSchema } from "../../steward/status-config.ts";
import { stewardConfig } from "./config.ts";
import { statusJson, stewardWorkload } from "./workloads.ts";

const page: Probe = {
  kind: "http",
  name: "portal-page",
  service: "portal",
  title: { en: "The start page", da: "Startsiden" },
  url: "https://start.ringsted.dk/",
};
const bind: Probe = {
  kind: "ldap",
  name: "directory-bind",
  service: "directory",
  title: { en: "A bind", da: "Et opslag" },
  url: "ldaps://directory.ringsted.dk:636",
  bindDn: "cn=wifi",
  passwordSecret: "x",
  baseDn: "dc=planb",
  filter: "(uid=*)",
};
const inbox: Probe = {
  kind: "imap",
  name: "mailbox-login",
  service: "mailbox",
  title: { en: "An inbox", da: "En indbakke" },
  url: "imaps://mailbox:9993",
  username: "planb-proeve@ringsted.dk",
  passwordSecret: "smoke-app-password",
};
const duties = {
  stack: "ringsted",
  municipality: 'Ringsted "Æ"',
  services: ["portal", "sso"],
  probes: [page, bind],
  inside: [inbox],
  smoke: { uid: "planb-proeve", displayName: "Planb Prøve" },
  readers: ["portal"],
  egress: [{ host: "dc1.ringsted.lan", port: 636, why: "LDAPS" }],
};
const material = {
  caPem: "CA",
  certPem: "CERT",
  keyPem: "KEY",
  smokePassword: "smoke",
  smokeAppPassword: "app",
  handed: [
    { files: { "directory.json": "{}" }, secretFiles: { "secrets/ad-bind": "bind" } },
    { files: { "realm.json": "{}" }, secretFiles: { "secrets/smoke-totp": "totp" } },
  ],
};

describe("the steward", () => {
  it("gets what the other components hand over, and keeps secrets apart", () => {
    const config = stewardConfig.parse({ memoryMiB: 200, cpu: 0.7 });
    const workload = stewardWorkload(config, duties, material);
    expect(workload).toMatchObject({
      name: "steward",
      image: "steward",
      env: { STEWARD_HEAP_MIB: "80" },
      memoryMiB: 200,
      cpu: 0.7,
      user: 1006,
      reachableFrom: ["portal"],
      egress: [{ host: "dc1.ringsted.lan", port: 636 }],
    });
    expect(Object.keys(workload.files ?? {})).toEqual([
      "directory.json",
      "realm.json",
      "status.json",
      "ca.pem",
      "tls/cert.pem",
    ]);
    expect(workload.secretFiles).toEqual({
      "secrets/ad-bind": "bind",
      "secrets/smoke-totp": "totp",
      "secrets/smoke-password": "smoke",
      "secrets/smoke-app-password": "app",
      "tls/key.pem": "KEY",
    });
  });

  it("writes what the program reads, with the pages and what is made for inside to watch", () => {
    const config = stewardConfig.parse({ probeEverySeconds: 17, realmEverySeconds: 77 });
    const read = statusConfigSchema.parse(JSON.parse(statusJson(config, duties)));
    expect(read).toMatchObject({
      stack: "ringsted",
      municipality: 'Ringsted "Æ"',
      services: ["portal", "sso"],
      probes: [page, inbox],
      everySeconds: 17,
      realmEverySeconds: 77,
      smoke: { uid: "planb-proeve", passwordFile: "/config/secrets/smoke-password" },
    });
  });

  it("refuses the same file from two components", () => {
    const handed = [...material.handed, { files: { "realm.json": "other" }, secretFiles: {} }];
    expect(() => stewardWorkload(stewardConfig.parse({}), duties, { ...material, handed })).toThrow('"realm.json"');
  });
});
