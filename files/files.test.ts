import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { care } from "./core/care.ts";
import { Links } from "./core/links.ts";
import { isName, numbered, readSegments } from "./core/path.ts";
import type { People, PersonState } from "./core/people.ts";
import type { Space } from "./core/space.ts";
import { Spaces } from "./core/spaces.ts";

const guid = "11111111-1111-4111-8111-111111111111";
const other = "22222222-2222-4222-8222-222222222222";
let data = "";
let spaces: Spaces;
let space: Space;
const write = (name: string, text: string) => space.write([name], Readable.from([Buffer.from(text)]), "Åse");
const text = (...segments: string[]) => readFile(space.path(segments), "utf8");

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "planb-files-"));
  const groups = () => [{ id: "g0123456789ab", name: "Byg" }];
  spaces = new Spaces({ data, quotaBytes: { person: 1000, group: 1000 }, groups });
  space = await spaces.get("hjem", guid);
});
afterEach(() => rm(data, { recursive: true, force: true }));

describe("names and paths", () => {
  it("takes every name a disk can hold, and no way upwards", () => {
    for (const name of ["æ", "æ".normalize("NFD"), "a\nb", `"'`, "..skjult", "å".repeat(127)])
      expect(isName(name)).toBe(true);
    for (const name of ["", ".", "..", "a/b", "a\0", "å".repeat(128), "\ud800"]) expect(isName(name)).toBe(false);
    expect(readSegments("a%20b//%C3%A6/")).toEqual(["a b", "æ"]);
    for (const path of ["%2e%2e/x", "a%2fb", "%00", "%ff"]) expect(() => readSegments(path)).toThrow("name");
  });

  it("numbers a name before its ending, within 255 bytes", () => {
    expect(numbered("brev.txt", 2)).toBe("brev (2).txt");
    expect(numbered(".skjult", 2)).toBe(".skjult (2)");
    expect(Buffer.byteLength(numbered(`${"å".repeat(125)}.txt`, 12))).toBeLessThanOrEqual(255);
  });
});

describe("a space", () => {
  it("writes whole files, and keeps what they replace", async () => {
    expect(await write("brev", "en")).toBe(true);
    expect(await write("brev", "to")).toBe(false);
    const broken = new Readable({
      read() {
        this.push("halv");
        this.destroy(new Error("afbrudt"));
      },
    });
    await expect(space.write(["brev"], broken, "Åse")).rejects.toThrow("afbrudt");
    expect(await text("brev")).toBe("to");
    const [kept] = await space.kept.list();
    expect(kept).toMatchObject({ kind: "replaced", segments: ["brev"], bytes: 2, by: "Åse" });
    expect(await space.restore(kept?.id ?? "", "Åse")).toEqual(["brev"]);
    expect(await text("brev")).toBe("en");
    expect((await space.kept.list()).map((each) => each.bytes)).toEqual([2]);
  });

  it("brings back a deleted folder as a whole, under another name when its own is taken", async () => {
    await space.makeFolder(["mappe"]);
    await space.write(["mappe", "fil"], Readable.from(["x"]), "Åse");
    await space.remove(["mappe"], "Åse");
    await space.makeFolder(["mappe"]);
    const [kept] = await space.kept.list();
    expect(await space.restore(kept?.id ?? "", "Åse")).toEqual(["mappe (2)"]);
    expect(await text("mappe (2)", "fil")).toBe("x");
  });

  it("refuses what does not fit, announced or not, and frees room again", async () => {
    await write("a", "x".repeat(900));
    await expect(write("b", "x".repeat(200))).rejects.toThrow("full");
    await expect(space.write(["b"], Readable.from([]), "Åse", 200)).rejects.toThrow("full");
    await space.remove(["a"], "Åse");
    expect(await write("b", "x".repeat(200))).toBe(true);
    expect(await space.used()).toBe(200);
  });

  it("moves between spaces; never a folder into itself, never over something unasked", async () => {
    const group = await spaces.get("grupper", "g0123456789ab");
    await space.makeFolder(["a"]);
    await expect(
      space.transfer("move", ["a"], { space, segments: ["a", "b"], overwrite: true }, "Åse"),
    ).rejects.toThrow("into-itself");
    await write("fil", "1");
    await group.write(["fil"], Readable.from(["2"]), "Bent");
    await expect(
      space.transfer("move", ["fil"], { space: group, segments: ["fil"], overwrite: false }, "Åse"),
    ).rejects.toThrow("exists");
    await space.transfer("move", ["fil"], { space: group, segments: ["fil"], overwrite: true }, "Åse");
    expect(await readFile(group.path(["fil"]), "utf8")).toBe("1");
    expect(await group.kept.list()).toMatchObject([{ kind: "replaced", segments: ["fil"] }]);
  });

  it("is a person's own or of a declared group they are in", async () => {
    const keys = async (groups: string[]) => (await spaces.of({ guid, groups }, "Mine")).map(({ key }) => key);
    expect(await keys(["g0123456789ab", "gaaaaaaaaaaaa"])).toEqual(["mine", "g0123456789ab"]);
    expect(await keys([])).toEqual(["mine"]);
    expect(await spaces.of({ guid: "../x", groups: [] }, "Mine")).toEqual([]);
  });
});

describe("links", () => {
  const made = (links: Links, more: object = {}) =>
    links.create({
      kind: "fetch",
      space: { kind: "hjem", id: guid },
      segments: ["a"],
      folder: false,
      by: guid,
      byName: "Åse",
      expires: Date.now() + 1000,
      ...more,
    });

  it("end by time and by number of uses, also when used at once", async () => {
    const links = new Links(join(data, "links"));
    const { token } = await made(links, { limit: 2 });
    expect(await links.open(token, Date.now() + 2000)).toBeUndefined();
    const uses = await Promise.all([links.use(token), links.use(token), links.use(token)]);
    expect(uses.filter(Boolean)).toHaveLength(2);
    expect(await links.open(token)).toBeUndefined();
    expect(await links.open("../../etc/passwd")).toBeUndefined();
  });

  it("keep a password as a hash only", async () => {
    const links = new Links(join(data, "links"));
    const link = await made(links, { password: "hemmelig-1" });
    expect(await links.opens(link, "hemmelig-1")).toBe(true);
    expect(await links.opens(link, "hemmelig-2")).toBe(false);
    expect(await readFile(join(data, "links", `${link.token}.json`), "utf8")).not.toContain("hemmelig");
  });
});

describe("care", () => {
  const day = 86_400_000;
  const here = (id: string): PersonState => ({ guid: id, name: id, here: true, groups: [] });
  const people = (known: readonly string[]): People => ({
    groups: () => [],
    person: async (id) => (known.includes(id) ? here(id) : undefined),
    byLogin: async () => undefined,
    refresh: async () => {},
  });
  const run = (known: readonly string[], now: number) =>
    care({
      data,
      spaces,
      people: people(known),
      links: new Links(join(data, "links")),
      trashDays: 30,
      keepDays: 100,
      log: () => {},
      now,
    });

  it("removes old trash, and a leaver's folder only after the time, counted from when they were first missed", async () => {
    await spaces.get("hjem", other);
    await write("a", "1");
    await space.remove(["a"], "Åse");
    const now = Date.now();
    await run([other], now);
    expect(await space.kept.list()).toHaveLength(1);
    await run([other], now + 31 * day);
    expect(await space.kept.list()).toHaveLength(0);
    expect(await spaces.ids("hjem")).toContain(guid);
    await run([other], now + 101 * day);
    expect(await spaces.ids("hjem")).toEqual([other]);
  });

  it("removes nobody when the directory knows nobody", async () => {
    await run([], 0);
    await run([], 1000 * day);
    expect(await spaces.ids("hjem")).toEqual([guid]);
  });
});
