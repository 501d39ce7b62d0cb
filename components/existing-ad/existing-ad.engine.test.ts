import { Attribute, Change, type Client } from "ldapts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { TestStack } from "../../test/contract/engine.ts";
import { type AdVerb, adAdmin, demoPassword } from "../../test/fixtures/existing-ad/index.ts";
import { DirectoryWorld } from "../directory/testing.ts";
import { domainDn, groupsDn, peopleDn } from "./workloads.ts";

describe("the demo's existing AD", () => {
  const world = new DirectoryWorld(new TestStack("existing-ad"));
  let client: Client;
  const admin = (verb: AdVerb, ...args: string[]) => adAdmin(world.ad, verb, ...args);
  const find = async (filter: string, baseDn = domainDn) =>
    (await client.search(baseDn, { filter, paged: { pageSize: 500 } })).searchEntries;
  const person = async (login: string) => (await find(`(sAMAccountName=${login})`))[0];

  beforeAll(async () => {
    await buildImages(() => {}, ["existing-ad"]);
    await world.startAd();
    client = await world.adClient();
  });
  afterAll(async () => {
    await client?.unbind();
    await world.stack.remove();
  });

  it("has an awkward staff and awkward groups, unharmed", async () => {
    const people = await find("(objectCategory=person)", peopleDn);
    expect(people.length).toBe(41);
    const names = people.map((entry) => entry["displayName"]);
    expect(names).toEqual(expect.arrayContaining(["Åse Ærø", "Signe D'Angelo", 'Håkansson, Nils ("Nisse"), Økonomi']));
    expect((await person("bjørk.ørsted"))?.["mail"]).toBe("bjoerk.oersted@kommune.example");
    expect((await person("mangegrp"))?.["memberOf"]).toHaveLength(61);
    const groups = (await find("(objectClass=group)", groupsDn)).map((entry) => String(entry["displayName"]));
    expect(groups).toContain('Udvalg "Kultur, fritid & idræt" (2026), sags- og referatmodtagere');
    expect(Math.max(...groups.map((name) => name.length))).toBeGreaterThan(60);
  });

  it("lets the bind account read, and nothing else", async () => {
    const change = new Change({ operation: "replace", modification: new Attribute({ type: "title", values: ["x"] }) });
    await expect(client.modify(String((await person("clerk"))?.dn), change)).rejects.toThrow(/00002098|Insufficient/i);
  });

  it("takes the objectGUID as a bind name, which no move makes stale", async () => {
    const guid = await admin("guid", "clerk");
    const bound = await world.adClient(`<GUID=${guid}>`, demoPassword);
    await bound.unbind();
    await expect(world.adClient(`{${guid}}`, demoPassword)).rejects.toThrow();
    await expect(world.adClient(`<GUID=${guid}>`, "forkert")).rejects.toThrow();
  });

  it("does what an administrator does", async () => {
    const guid = await admin("guid", "flytter");
    await admin("rename", "flytter", "Frida", "Nyt-Navn, gift");
    await admin("move", "flytter", "Økonomi, Indkøb");
    await admin("relogin", "flytter", "flyttet");
    expect(await admin("guid", "flyttet")).toBe(guid);
    expect((await person("flyttet"))?.["displayName"]).toBe("Frida Nyt-Navn, gift");
    await admin("disable", "clerk");
    expect((await person("clerk"))?.["userAccountControl"]).toBe("514");
    await admin("enable", "clerk");
    await admin("must-change", "clerk");
    expect((await person("clerk"))?.["pwdLastSet"]).toBe("0");
    await admin("password", "clerk", demoPassword);
    expect(BigInt(String((await person("clerk"))?.["pwdLastSet"]))).toBeGreaterThan(0n);
    await admin("lock", "kollega");
    await admin("unlock", "kollega");
    expect((await person("kollega"))?.["lockoutTime"]).toBe("0");
    await admin("expire-account", "kollega");
    await admin("unexpire-account", "kollega");
    await admin("expire-password", "kollega");
    expect((await person("kollega"))?.["pwdLastSet"]).toBe("127487520000000000");
    await admin("set", "kollega", "title", "Æ");
    await admin("add", "ny", "Nora", "Ny");
    await admin("add-group", "G-Ny, gruppe");
    await admin("add-member", "G-Ny, gruppe", "ny");
    expect(await person("ny")).toMatchObject({ memberOf: `CN=G-Ny\\, gruppe,${groupsDn}`, department: "It" });
    await admin("remove-member", "G-Ny, gruppe", "ny");
    await admin("delete-group", "G-Ny, gruppe");
    await admin("delete", "ny");
    expect(await person("ny")).toBeUndefined();
    await admin("empty-unit", "Fratrådte");
    expect(await find("(objectCategory=person)", `OU=Fratrådte,${peopleDn}`)).toEqual([]);
    await expect(admin("delete", "findes-ikke")).rejects.toThrow(/no one has the login/);
  });

  it("makes people and groups in bulk", async () => {
    await admin("bulk", "30", "3");
    expect((await find("(objectCategory=person)", `OU=Bulk,${peopleDn}`)).length).toBe(30);
    expect((await find("(cn=G-Hold-*)", groupsDn))[0]?.["member"]).toHaveLength(20);
  });
});
