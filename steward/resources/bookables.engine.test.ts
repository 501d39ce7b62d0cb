import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixturePassword, StewardStack } from "../../components/steward/testing/stack.ts";
import type { DirectoryStatus, StewardStatus } from "../../model/status.ts";
import type { Coverage, DirectoryConfigInput } from "../directory/index.ts";

const resources = "OU=Ressourcer,OU=Kommune,DC=kommune,DC=lan";
const units = {
  rooms: { baseDns: [`OU=Lokaler,${resources}`], filter: "(objectClass=*)" },
  equipment: { baseDns: [`OU=Udstyr,${resources}`], filter: "(objectClass=*)" },
};
describe("rooms and equipment of a real AD in the shadow directory", () => {
  const world = new StewardStack("bookables");
  // One controller: the look-up of a second one that does not exist would take its time at each start.
  const steward = (settings: Partial<DirectoryConfigInput>) =>
    world.steward({ controllers: ["ldaps://dc1.kommune.lan"], ...settings });
  const sync = (): Promise<DirectoryStatus> => world.json<DirectoryStatus>("sync");
  const status = async () => (await world.json<StewardStatus>("status")).resources;
  const copies = (...attributes: string[]) => world.entries("(&(objectClass=planbResource)(cn=ad-*))", ...attributes);
  const names = async () =>
    [...(await copies("displayName")).matchAll(/^displayName: (.+)$/gm)].map((m) => m[1]).sort();
  const soon = async (names_: readonly string[]) =>
    expect.poll(names, { timeout: 20_000, interval: 300 }).toEqual([...names_].sort());
  const [canteen, library, projector] = ['Kantinen, 1. sal ("Ærø")', "Bibliotekets mødelokale", "Bærbar projektor"];

  beforeAll(async () => {
    await world.start();
    await steward({ bookables: units, compareEverySeconds: 10 });
    await sync();
  }, 600_000);
  afterAll(() => world.stack.remove());

  it("are there with what AD says of them, under a name that no rename changes", async () => {
    await soon([canteen, library, projector]);
    const text = await copies();
    const guid = await world.ad("guid", "lok-kantinen");
    const entry = text.split("\n\n").find((one) => one.includes(guid)) ?? "";
    expect(entry).toContain(`dn: cn=ad-${guid},ou=resources,dc=planb`);
    for (const line of [
      ...["planbKind: room", "mail: kantinen-lokale@kommune.example", "l: Rådhuset, fløj B", "planbConcurrent: 1"],
      "description: Projektor, whiteboard",
    ]) {
      expect(entry.split("\n")).toContain(line);
    }
    expect(text).toContain("planbKind: equipment");
    await world.ad("set", "lok-kantinen", "displayName", "Kantinen, ny sal");
    await sync();
    await soon(["Kantinen, ny sal", library, projector]);
    expect(await copies("displayName")).toContain(`dn: cn=ad-${guid},ou=resources,dc=planb`);
    await world.ad("set", "lok-kantinen", "displayName", canteen);
    await sync();
    await soon([canteen, library, projector]);
  });

  it("cannot be booked by an address that somebody has, or without one, and the status says so", async () => {
    await world.ad("set", "lok-kantinen", "mail", "clerk@kommune.example");
    await world.ad("set", "lok-biblioteket", "mail");
    await sync();
    await soon([projector]);
    const why = 'its address in AD, "clerk@kommune.example", is that of a person';
    expect((await status())?.unusable).toEqual(
      expect.arrayContaining([
        { name: canteen, why },
        { name: library, why: "it has no mail address in AD" },
      ]),
    );
    expect(await world.stack.logs("steward")).toContain(`"${canteen}" of AD cannot be booked: ${why}`);
    await world.ad("set", "lok-kantinen", "mail", "kantinen-lokale@kommune.example");
    await world.ad("set", "lok-biblioteket", "mail", "biblioteket-lokale@kommune.example");
    await sync();
    await soon([canteen, library, projector]);
    expect((await status())?.unusable).toEqual([]);
  });

  it("go when AD no longer has one, and stay when it no longer has many, until somebody agrees", async () => {
    await world.ad("delete", "uds-projektor");
    await sync();
    await soon([canteen, library]);
    await world.ad("delete", "lok-kantinen");
    await world.ad("delete", "lok-biblioteket");
    const held = await sync();
    expect(held).toMatchObject({ state: "held", message: expect.stringContaining("2 of 2 rooms and equipment") });
    expect([...(held.held?.examples ?? [])].sort()).toEqual([library, canteen].sort());
    expect(await names()).toEqual([library, canteen].sort());
    await world.command("approve-removal");
    await soon([]);
    for (const [login, name, mail] of [
      ["lok-kantinen", canteen, "kantinen-lokale"],
      ["lok-biblioteket", library, "biblioteket-lokale"],
    ] as const) {
      await world.ad("add-resource", login, name, mail, "Rådhuset", "Skærm", "Lokaler");
    }
    await sync();
    await soon([canteen, library]);
  });

  it("stay when their unit is not found, which stops nothing of what is read of people", async () => {
    const nowhere = { rooms: { baseDns: ["OU=Findes ikke,DC=kommune,DC=lan"], filter: "(objectClass=*)" } };
    await steward({ bookables: nowhere });
    await world.ad("set", "clerk", "title", "Ny titel");
    expect(await sync()).toMatchObject({ state: "ok" });
    expect(await world.entries("(uid=clerk)", "title")).toContain("title: Ny titel");
    await expect
      .poll(async () => (await status())?.message, { timeout: 20_000 })
      .toMatch(/^rooms below "OU=Findes ikke,DC=kommune,DC=lan" cannot be read: /);
    expect(await names()).toEqual([library, canteen].sort());
  });

  it("are none by Exchange's mark in an AD that has never seen Exchange, and nothing is wrong with that", async () => {
    const exchange = { rooms: { filter: "(|(msExchRecipientDisplayType=7)(msExchRecipientDisplayType=-2147481850))" } };
    await steward({ bookables: exchange });
    expect(await sync()).toMatchObject({ state: "held", message: expect.stringContaining("rooms and equipment") });
    await world.command("approve-removal");
    await soon([]);
    expect(await status()).toMatchObject({ state: "ok", unusable: [] });
    expect((await status())?.message).toBeUndefined();
  });

  it("are nobody: an account among people that joins the group of rooms is locked, and counts in nothing", async () => {
    await world.ad("add", "lok-gruppe", "Mødelokale", "Ærøskøbing");
    await world.ad("add-group", "Lokaler");
    const group = `CN=Lokaler,OU=Grupper,OU=Kommune,DC=kommune,DC=lan`;
    await steward({ bookables: { rooms: { filter: `(memberOf=${group})` } } });
    await sync();
    const before = await world.json<Coverage>("coverage");
    const dn = await world.dn("lok-gruppe");
    expect(await world.binds(dn, fixturePassword)).toBe(true);
    await world.ad("add-member", "Lokaler", "lok-gruppe");
    expect(await sync()).toMatchObject({ state: "ok" });
    await soon(["Mødelokale Ærøskøbing"]);
    expect(await copies("mail")).toContain("mail: lok-gruppe@kommune.example");
    expect(await world.binds(dn, fixturePassword)).toBe(false);
    expect(await world.entries(`(entryDN=${dn})`, "planbState", "mail")).not.toContain("mail:");
    expect((await world.json<Coverage>("coverage")).total).toBe(before.total - 1);
  });

  it("go when the stack file no longer asks for them, and the account is a person again", async () => {
    await steward({});
    await sync();
    await soon([]);
    expect(await world.entries("(uid=lok-gruppe)", "planbState")).toContain("planbState: ok");
  });
});
