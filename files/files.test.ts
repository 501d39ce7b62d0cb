import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { care } from "./core/care.ts";
import { handOver } from "./core/hand-over.ts";
import { Links } from "./core/links.ts";
import { isName, numbered, readSegments } from "./core/path.ts";
import type { People, PersonState } from "./core/people.ts";
import type { Space } from "./core/space.ts";
import { Spaces } from "./core/spaces.ts";
import { bytesOf } from "./core/tree.ts";
import { receiveFiles } from "./receive.ts";
import { removeBrokenOff } from "./uploads.ts";

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
  it("writes what comes in pieces of any size as it came, and nothing of what is refused half-way", async () => {
    const large = await new Spaces({ data, quotaBytes: { person: 40e6, group: 0 }, groups: () => [] }).get(
      "hjem",
      guid,
    );
    const sizes = [1, 16_384, 1_048_576, 0, 3_000_000, 16_384, 30_000_000, 7];
    const pieces = sizes.map((size, n) => Buffer.alloc(size, `${n}`));
    expect(await large.write(["stor"], Readable.from(pieces), "Åse")).toBe(true);
    expect((await readFile(large.path(["stor"]))).equals(Buffer.concat(pieces))).toBe(true);
    await expect(large.write(["for stor"], Readable.from(pieces), "Åse")).rejects.toThrow("full");
    await expect(large.write(["stor"], Readable.from(pieces), "Åse", 0, 2_000_000)).rejects.toThrow("too-large");
    expect([await readdir(join(data, "incoming")), await large.has(["for stor"])]).toEqual([[], false]);
    expect(await large.room.used()).toBe(34081352);
  });

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
    expect(await space.room.used()).toBe(200);
  });

  it("knows what it holds after every way to change it", async () => {
    const group = await spaces.get("grupper", "g0123456789ab");
    const holds = async (own: number, groups: number) => {
      const counted = await Promise.all([space, group].map(({ root }) => bytesOf(root)));
      expect([await space.room.used(), await group.room.used(), ...counted]).toEqual([own, groups, own, groups]);
    };
    await holds(0, 0);
    await write("a", "x".repeat(10));
    await write("a", "x".repeat(30));
    await holds(30, 0);
    await space.makeFolder(["m"]);
    await space.write(["m", "b"], Readable.from(["12345"]), "Åse");
    const into = (to: Space, segments: string[]) => ({ space: to, segments, overwrite: true });
    await space.transfer("copy", ["m"], into(group, ["m"]), "Åse");
    await space.transfer("copy", ["m", "b"], into(space, ["a"]), "Åse");
    await holds(10, 5);
    await space.transfer("move", ["a"], into(group, ["m", "b"]), "Åse");
    await holds(5, 5);
    await group.write(["c"], Readable.from(["123"]), "Åse");
    await group.transfer("move", ["c"], into(group, ["m"]), "Åse");
    await holds(5, 3);
    await space.remove(["m"], "Åse");
    await holds(0, 3);
    for (const { id } of await space.kept.list()) await space.restore(id, "Åse");
    // The folder, and of the file's two versions the one restored last.
    await holds(5 + (await bytesOf(space.path(["a"]))), 3);
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

describe("a form with files", () => {
  /** What the server makes of a form, of which everything or only the beginning arrives. */
  const sent = async (parts: readonly string[], whole: boolean, take = store) => {
    let settle: (outcome: Promise<number>) => void = () => {};
    const outcome = new Promise<number>((resolve) => {
      settle = resolve;
    });
    let arrived = () => {};
    const server = createServer((incoming, answer) => {
      const done = receiveFiles(incoming, take);
      void done.catch(() => undefined).finally(() => answer.end());
      settle(done);
      arrived();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const client = request({ port, host: "127.0.0.1", method: "POST", headers }).on("error", () => undefined);
    const reached = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    client.write(parts.join(""));
    await reached;
    if (whole) client.end("--x--\r\n");
    else setTimeout(() => client.destroy(), 50);
    await outcome.catch(() => undefined);
    await new Promise<void>((resolve) => {
      client.destroy();
      server.close(() => resolve());
    });
    return outcome;
  };
  const part = (name: string, content: string, end = "\r\n") =>
    `--x\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n${content}${end}`;
  const store = async ({ name, content }: { name: string; content: Readable }): Promise<void> => {
    await space.write([name], content, "Åse");
  };
  const incoming = () => readdir(join(data, "incoming"));

  it("is stored file by file", async () => {
    expect(await sent([part("a", "1"), part("", ""), part("b", "22")], true)).toBe(2);
    expect([await text("a"), await text("b")]).toEqual(["1", "22"]);
  });

  it("that breaks off leaves nothing behind, neither on disk nor in the quota", async () => {
    await expect(sent([part("a", "1"), part("b", "x".repeat(400), "")], false)).rejects.toThrow("broke off");
    expect((await space.list([])).map(({ name }) => name)).toEqual(["a"]);
    expect(await incoming()).toEqual([]);
    expect(await space.room.free()).toBe(999);
  });

  it("that breaks off in a file nobody takes, or takes only later, ends too", async () => {
    await expect(sent([part("", "x".repeat(400), "")], false)).rejects.toThrow("broke off");
    const late = async (file: { name: string; content: Readable }) => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await store(file);
    };
    await expect(sent([part("a", "x".repeat(400), "")], false, late)).rejects.toThrow("broke off");
    expect([await space.list([]), await incoming(), await space.room.free()]).toEqual([[], [], 1000]);
  });

  it("with too many files says so, and stores the first", async () => {
    const parts = Array.from({ length: 201 }, (_, n) => part(`f${n}`, "1"));
    await expect(sent(parts, true)).rejects.toThrow("too-many");
    expect(await space.list([])).toHaveLength(200);
  });

  it("of a server that ended is removed, but for uploads in pieces", async () => {
    await mkdir(join(data, "incoming", "pieces"), { recursive: true });
    await writeFile(join(data, "incoming", "pieces", "b"), "2");
    await writeFile(join(data, "incoming", "a"), "1");
    await removeBrokenOff(data);
    expect([await incoming(), await readdir(join(data, "incoming", "pieces"))]).toEqual([["pieces"], ["b"]]);
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
    all: async () => known.map(here),
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

  it("hands over a leaver's files with their trash and versions, and says what is beyond the receiver's quota", async () => {
    const receiver = await spaces.get("hjem", other);
    await receiver.write(["egen"], Readable.from(["x".repeat(990)]), "Bo");
    await write("a", "1");
    await write("b", "2");
    await write("b", "x".repeat(30));
    await space.remove(["a"], "Åse");
    expect(await handOver(space, receiver, "Åse/Ærø")).toMatchObject({ name: "Fra Åse-Ærø" });
    const restored = await Promise.all((await receiver.kept.list()).map(({ segments, kind }) => [segments, kind]));
    expect(restored).toEqual([
      [["Fra Åse-Ærø", "a"], "deleted"],
      [["Fra Åse-Ærø", "b"], "replaced"],
    ]);
    await write("c", "3");
    expect(await handOver(space, receiver, "Åse/Ærø")).toEqual({ name: "Fra Åse-Ærø (2)", overBytes: 21 });
    expect([await space.kept.list(), await space.list([])]).toEqual([[], []]);
    await run([other], 0);
    await run([other], 101 * day);
    expect(await spaces.ids("hjem")).toEqual([other]);
  });

  it("removes nobody when the directory knows nobody", async () => {
    await run([], 0);
    await run([], 1000 * day);
    expect(await spaces.ids("hjem")).toEqual([guid]);
  });
});
