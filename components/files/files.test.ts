import { describe, expect, it } from "vitest";
import { stackIdentity } from "../../config/index.ts";
import { filesSettings } from "../../files/settings.ts";
import { filesConfig } from "./config.ts";
import { filesRoute, filesWorkload } from "./workloads.ts";

const identity = stackIdentity("demo", {
  municipality: "Demo",
  domain: "demo.localhost",
  language: "da",
  mode: "active",
  host: { address: "127.0.0.1", httpPort: 8080, httpsPort: 8443 },
});
const workload = (settings: unknown = {}) =>
  filesWorkload({
    identity,
    config: filesConfig.parse(settings),
    ...{
      caPem: "CA",
      certPem: "CERT",
      keyPem: "KEY",
      identityKey: "HEADERS",
      directoryPassword: "LDAP",
      cookieSecret: "SEAL",
    },
  });

describe("the files' workload", () => {
  it("writes settings that the program reads, with every setting of the stack file", () => {
    const section = {
      groups: ['Byg & "Miljø"'],
      quotaGiB: { person: 3, group: 7 },
      shares: { allowed: false, maxDays: 33, defaultDays: 3, passwordRequired: true, handIn: false, handInMaxMiB: 44 },
      trashDays: 11,
      keepDays: 222,
    };
    const { files, volumes, memoryMiB } = workload({ ...section, sizeGiB: 66, memoryMiB: 77 });
    expect(filesSettings.parse(JSON.parse(String(files?.["files.json"])))).toMatchObject(section);
    expect(volumes?.[0]).toMatchObject({ path: "/data", sizeGiB: 66, backup: "daily" });
    expect(memoryMiB).toBe(77);
  });

  it("keeps secrets out of plain files and the environment, and lets only edge in", () => {
    const { secretFiles, ...plain } = workload();
    expect(Object.values(secretFiles ?? {})).toEqual(["KEY", "HEADERS", "LDAP", "SEAL"]);
    expect(JSON.stringify(plain)).not.toMatch(/KEY|HEADERS|LDAP|SEAL/);
    expect(plain.reachableFrom).toEqual(["edge"]);
  });

  it("is behind the login, but for links; programs prove themselves below /dav", () => {
    expect(filesRoute).toMatchObject({ login: "required", basic: { paths: ["/dav"], protocol: "dav" } });
    expect(filesRoute.open).toContain("/d/");
    expect(filesRoute.open?.some((path) => "/dav".startsWith(path) || path === "/")).toBe(false);
  });

  it("refuses a usual life of links that is longer than the longest", () => {
    expect(() => filesConfig.parse({ shares: { maxDays: 5 } })).toThrow("must not be more than maxDays");
  });
});
