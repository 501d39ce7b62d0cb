import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directoryConfig } from "../components/directory/config.ts";
import { servicePasswords, suffix, systemDn } from "../components/directory/slapd.ts";
import { directoryWorkload } from "../components/directory/workloads.ts";
import { buildImages } from "../images/index.ts";
import { authority, derive, type LdapProbe } from "../model/index.ts";
import { TestStack } from "../test/contract/engine.ts";
import { type ProbeContext, runProbe } from "./index.ts";

const master = "p".repeat(43);
const port = 28_637;
const hostName = "directory.proeve.example";
const secret = (label: string) => derive(master, label);

const probe = (more: Partial<LdapProbe> = {}): LdapProbe => ({
  kind: "ldap",
  name: "offer",
  service: "directory",
  title: { en: "Directory", da: "Katalog" },
  url: `ldaps://${hostName}:${port}`,
  bindDn: systemDn("wifi"),
  passwordSecret: "wifi",
  baseDn: suffix,
  filter: "(ou=people)",
  ...more,
});

describe("an LDAP probe of the shadow directory", () => {
  const stack = new TestStack("probes");
  let context: ProbeContext;

  beforeAll(async () => {
    await buildImages(() => {}, ["openldap"]);
    const ca = await authority(master, "ca/1", "Test");
    const config = directoryConfig.parse({ offer: { port, systems: ["wifi"] }, authority: "planb" });
    const none = { controllers: [], caPem: "", bindName: "", bindPassword: "", people: [], groups: [], inside: true };
    const services = servicePasswords(secret);
    const files = { caPem: ca.caPem, ...(await ca.issue("tls/1", ["directory", hostName])), services };
    await stack.run(directoryWorkload(config, none, hostName, { ...files, systems: { wifi: secret("wifi") } }));
    await stack.ready("directory");
    context = { caPem: ca.caPem, address: "127.0.0.1", secrets: { wifi: secret("wifi"), old: "wrong" } };
  });
  afterAll(() => stack.remove());

  it("binds and finds over verified TLS, by the public name, without DNS", async () => {
    expect(await runProbe(probe(), context)).toMatchObject({ ok: true, detail: `bound, found ou=people,${suffix}` });
  });

  it("tells a refused password, an empty answer and a missing base", async () => {
    const url = `ldaps://${hostName}:${port}`;
    const detail = async (more: Partial<LdapProbe>) => (await runProbe(probe(more), context)).detail;
    expect(await detail({ passwordSecret: "old" })).toBe(
      `${url}: the password of ${systemDn("wifi")} (secret "old") was refused`,
    );
    expect(await detail({ filter: "(uid=nobody)" })).toBe(`${url}: nothing below ${suffix} matches (uid=nobody)`);
    expect(await detail({ baseDn: "dc=elsewhere" })).toMatch(/LDAP 32/);
  });
});
