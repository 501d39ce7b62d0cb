import { describe, expect, it } from "vitest";
import { parseStack, stackIdentity } from "../../config/index.ts";
import { UserError } from "../../model/index.ts";
import { directoryConfigSchema } from "../../steward/directory/config.ts";
import { demoConfig } from "../existing-ad/config.ts";
import { existingAdWorkload } from "../existing-ad/workloads.ts";
import { directoryConfig } from "./config.ts";
import { declaredDirectory, type ExistingDirectory } from "./existing.ts";
import { directoryProbes } from "./probes.ts";
import { baseLdif, changesLdif, type ServiceAccount, serviceAccounts, slapdConf } from "./slapd.ts";
import { stewardJson } from "./steward.ts";
import { directoryWorkload, existingEgress } from "./workloads.ts";

const existing: ExistingDirectory = {
  controllers: [
    { host: "dc1.ringsted.lan", port: 636 },
    { host: "dc2.ringsted.lan", port: 3636 },
  ],
  caPem: "AD CA",
  bindName: "svc-planb@ringsted.lan",
  bindPassword: "læser",
  people: [{ baseDn: "OU=Brugere,DC=ringsted,DC=lan", filter: "(mail=*)" }],
  groups: [],
  inside: false,
};
const files = {
  caPem: "CA",
  certPem: "CERT",
  keyPem: "KEY",
  services: Object.fromEntries(serviceAccounts.map((name, index) => [name, `s${index}`])) as Record<
    ServiceAccount,
    string
  >,
  systems: { wifi: "s4" },
};
const stack = `
municipality: Ærø "Kommune" & Omegn
domain: planb.ringsted.dk
host: {address: 192.0.2.10, httpsPort: 8443}
`;
const identity = stackIdentity("ringsted", parseStack(stack, "stacks/ringsted.yaml", {}));

describe("directoryWorkload", () => {
  it("is one slapd that AD is asked by, reachable from login and steward only", () => {
    const workload = directoryWorkload(directoryConfig.parse({}), existing, "directory.planb.ringsted.dk", files);
    const { files: written, ...rest } = workload;
    expect(Object.keys(written ?? {}).sort()).toEqual(
      ["base.ldif", "ca.pem", "changes.ldif", "controllers", "existing-ad/ca.pem", "slapd.conf", "tls/cert.pem"].sort(),
    );
    expect(written?.["controllers"]).toBe("ldaps://dc1.ringsted.lan:636\nldaps://dc2.ringsted.lan:3636\n");
    expect(rest).toEqual({
      name: "directory",
      image: "openldap",
      secretFiles: {
        "tls/key.pem": "KEY",
        ...Object.fromEntries(serviceAccounts.map((name, index) => [`secrets/services/${name}`, `s${index}`])),
      },
      volumes: [{ name: "data", path: "/data", sizeGiB: 2, backup: "daily" }],
      ports: [{ name: "ldaps", port: 1636 }],
      publicNames: [],
      ready: { exec: ["directory-ready"], withinSeconds: 60, everySeconds: 5 },
      memoryMiB: 192,
      cpu: 1,
      user: 1004,
      writablePaths: ["/run/slapd", "/tmp"],
      reachableFrom: ["sso", "steward", "access", "mail", "mailbox", "groupware", "files"],
      egress: existingEgress(existing),
    });
  });

  it("publishes the offer's port, with an account a system", () => {
    const config = directoryConfig.parse({ offer: { port: 10636, systems: ["wifi"] } });
    const workload = directoryWorkload(config, existing, "directory.planb.ringsted.dk", files);
    expect(workload.ports).toEqual([{ name: "ldaps", port: 1636, hostPort: 10636 }]);
    expect(workload.publicNames).toEqual(["directory.planb.ringsted.dk"]);
    expect(workload.secretFiles?.["secrets/systems/wifi"]).toBe("s4");
    expect(workload.files?.["base.ldif"]).toContain("dn: cn=wifi,ou=systems,dc=planb\n");
    expect(directoryProbes(config, "directory.planb.ringsted.dk")).toMatchObject([
      { url: "ldaps://directory.planb.ringsted.dk:10636", bindDn: "cn=wifi,ou=systems,dc=planb" },
    ]);
    expect(directoryProbes(directoryConfig.parse({}), "x")).toEqual([]);
  });

  it("never asks AD once severed, and reaches nothing outside", () => {
    const workload = directoryWorkload(directoryConfig.parse({ authority: "planb" }), existing, "d", files);
    expect(workload.egress).toEqual([]);
    expect(workload.files?.["controllers"]).toBeUndefined();
    expect(workload.files?.["slapd.conf"]).not.toContain("remoteauth");
  });
});

describe("slapdConf", () => {
  const settings = {
    controllers: existing.controllers,
    rememberPasswords: true,
    lockAfter: 7,
    lockMinutes: 9,
    systems: [],
  };

  it("asks ppolicy before AD, and keeps hashes only when told so", () => {
    const conf = slapdConf(settings);
    expect(conf.indexOf("overlay constraint")).toBeLessThan(conf.indexOf("overlay remoteauth"));
    expect(conf.indexOf("overlay remoteauth")).toBeLessThan(conf.indexOf("overlay ppolicy"));
    expect(conf).toContain("remoteauth_store on\n");
    expect(slapdConf({ ...settings, rememberPasswords: false })).toContain("remoteauth_store off\n");
    expect(conf).not.toMatch(/^rootpw/m);
  });

  it("counts as the stack file says", () => {
    expect(changesLdif(settings)).toMatch(/pwdMaxFailure: 7\n[\s\S]*pwdLockoutDuration: 540\n/);
    expect(baseLdif(settings)).toContain("pwdPolicySubentry: cn=programs,ou=policies,dc=planb");
  });
});

describe("stewardJson", () => {
  it("has the form the directory sync reads, with every setting of the stack file in it", () => {
    const config = directoryConfig.parse({
      everySeconds: 17,
      removalGuardPercent: 3,
      rememberPasswords: false,
      coverageTargetPercent: 77,
      coverageGroups: ["R-Plan B Pilot"],
      codeDays: 55,
    });
    expect(directoryConfigSchema.parse(JSON.parse(stewardJson(config, existing, identity)))).toMatchObject({
      controllers: ["ldaps://dc1.ringsted.lan:636", "ldaps://dc2.ringsted.lan:3636"],
      bindDn: "svc-planb@ringsted.lan",
      people: [{ baseDn: "OU=Brugere,DC=ringsted,DC=lan", filter: "(mail=*)" }],
      groups: [],
      everySeconds: 17,
      removalGuardPercent: 3,
      authority: "ad",
      rememberPasswords: false,
      coverage: { targetPercent: 77, groups: ["R-Plan B Pilot"] },
      codes: {
        validDays: 55,
        loginUrl: "https://start.planb.ringsted.dk:8443",
        municipality: 'Ærø "Kommune" & Omegn',
      },
      caFile: "/config/directory/ad-ca.pem",
      shadow: { url: "ldaps://directory:1636", bindDn: "cn=steward,ou=services,dc=planb" },
    });
  });
});

describe("the sections", () => {
  it("are complete when nothing is set, and closed", () => {
    expect(directoryConfig.parse(undefined)).toMatchObject({
      authority: "ad",
      rememberPasswords: true,
      memoryMiB: 192,
    });
    expect(directoryConfig.safeParse({ existng: {} }).success).toBe(false);
    expect(demoConfig.parse({})).toEqual({});
    expect(demoConfig.parse({ existingAd: {} })).toEqual({
      existingAd: { memoryMiB: 256, cpu: 1, bulkUsers: 0, bulkGroups: 0 },
    });
  });

  it("say which file is missing, and how to get it", () => {
    const config = directoryConfig.parse({
      existing: {
        controllers: ["dc1.ringsted.lan"],
        caFile: "no-such-ca.pem",
        bindName: "svc@ringsted.lan",
        peopleBaseDns: ["DC=ringsted,DC=lan"],
      },
    }).existing;
    const given = () => ({}) as never;
    expect(() => declaredDirectory(config ?? ({} as never), { given }, "stacks/ringsted.yaml")).toThrow(UserError);
    expect(() => declaredDirectory(config ?? ({} as never), { given }, "stacks/ringsted.yaml")).toThrow(
      /^stacks\/ringsted\.yaml: directory\.existing\.caFile: cannot read .*no-such-ca\.pem; expected/,
    );
  });
});

describe("existingAdWorkload", () => {
  it("is the demo's AD, its state not backed up, its names those of its certificate", () => {
    const config = { memoryMiB: 300, cpu: 2, bulkUsers: 10_000, bulkGroups: 1000 };
    const secrets = { administrator: "a", bindPassword: "b" };
    const workload = existingAdWorkload(config, { caPem: "CA", certPem: "C", keyPem: "K", ...secrets });
    expect(workload).toMatchObject({
      publicNames: ["dc1.kommune.lan"],
      env: { BULK_USERS: "10000", BULK_GROUPS: "1000" },
      secretFiles: { "tls/key.pem": "K", "secrets/administrator": "a", "secrets/svc-planb": "b" },
      reachableFrom: ["directory", "steward"],
      ready: { withinSeconds: 1090 },
      memoryMiB: 300,
    });
    expect(workload.volumes?.[0]?.backup).toEqual({ none: expect.any(String) });
  });
});
