import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Space } from "./space.ts";
import { Spaces } from "./spaces.ts";

const guid = "11111111-1111-4111-8111-111111111111";
let data = "";
let space: Space;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "planb-at-once-"));
  space = await new Spaces({ data, quotaBytes: { person: 10_000, group: 0 }, groups: () => [] }).get("hjem", guid);
});
afterEach(() => rm(data, { recursive: true, force: true }));

const text = (...segments: string[]) => readFile(space.path(segments), "utf8");
const all = <T>(count: number, work: (n: number) => Promise<T>) =>
  Promise.allSettled(Array.from({ length: count }, (_, n) => work(n)));
const keptTexts = async () =>
  Promise.all((await space.kept.list()).map(({ id }) => readFile(space.kept.dataPath(id), "utf8")));

describe("many at once", () => {
  it("write to one name, and no version is lost", async () => {
    const texts = Array.from({ length: 20 }, (_, n) => `version ${n}`);
    const made = await all(20, (n) => space.write(["brev"], Readable.from([texts[n]]), "Åse"));
    expect(made.filter((each) => each.status === "fulfilled" && each.value)).toHaveLength(1);
    expect([await text("brev"), ...(await keptTexts())].sort()).toEqual(texts.sort());
    expect(await space.room.used()).toBe((await text("brev")).length);
  });

  it("hand in files of one name, and each is there", async () => {
    await all(5, (n) => space.writeBeside([], "bilag.pdf", Readable.from([`file ${n}`]), 100));
    const names = (await space.list([])).map(({ name }) => name);
    expect(names).toEqual(["bilag.pdf", ...[2, 3, 4, 5].map((n) => `bilag (${n}).pdf`)].sort());
    expect((await Promise.all(names.map((name) => text(name)))).sort()).toEqual(
      [0, 1, 2, 3, 4].map((n) => `file ${n}`),
    );
    expect(await space.kept.list()).toEqual([]);
  });

  it("move to one name without leave to overwrite: one does, the others keep their own", async () => {
    await all(5, (n) => space.write([`${n}`], Readable.from([`file ${n}`]), "Åse"));
    const to = { space, segments: ["maal"], overwrite: false };
    const moved = await all(5, (n) => space.transfer(n % 2 ? "copy" : "move", [`${n}`], to, "Åse"));
    expect(moved.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await space.list([])).length).toBeGreaterThanOrEqual(5);
    expect(await space.kept.list()).toEqual([]);
    expect((await readdir(join(data, "incoming"))).length).toBe(0);
  });

  it("bring one thing back: one does", async () => {
    await space.write(["a"], Readable.from(["1"]), "Åse");
    await space.write(["a"], Readable.from(["2"]), "Åse");
    const [version] = await space.kept.list();
    const back = await all(5, () => space.restore(version?.id ?? "", "Åse"));
    expect(back.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect([await text("a"), await keptTexts()]).toEqual(["1", ["2"]]);
  });

  it("share the quota: announced or not, no more arrives than fits", async () => {
    const announced = await all(10, (n) => space.write([`a${n}`], Readable.from(["x".repeat(3000)]), "Åse", 3000));
    expect(announced.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const { name } of await space.list([])) await space.remove([name], "Åse");
    const streams = Array.from({ length: 4 }, () => new PassThrough());
    const writing = all(4, (n) => space.write([`b${n}`], streams[n] as PassThrough, "Åse"));
    for (let n = 0; n < 3; n++) for (const stream of streams) stream.write("x".repeat(1000));
    for (const stream of streams) stream.end();
    const [done] = [(await writing).filter(({ status }) => status === "fulfilled")];
    expect(done.length).toBeLessThanOrEqual(3);
    expect(await space.room.used()).toBe(done.length * 3000);
    expect(await space.room.free()).toBe(10_000 - done.length * 3000);
  });

  it("count what the folder holds once", async () => {
    await all(50, (n) => space.write([`${n}`], Readable.from(["x"]), "Åse"));
    const fresh = await new Spaces({ data, quotaBytes: { person: 100, group: 0 }, groups: () => [] }).get("hjem", guid);
    expect(await Promise.all(Array.from({ length: 20 }, () => fresh.room.used()))).toEqual(new Array(20).fill(50));
  });

  it("have room for the new version of a file that fills the quota, sent or brought back", async () => {
    await space.write(["stor"], Readable.from(["x".repeat(9000)]), "Åse", 9000);
    await space.write(["stor"], Readable.from(["y".repeat(9500)]), "Åse", 9500);
    const [version] = await space.kept.list();
    await space.restore(version?.id ?? "", "Åse");
    expect(await space.room.used()).toBe(9000);
    await expect(space.write(["stor"], Readable.from(["z".repeat(10_001)]), "Åse", 10_001)).rejects.toThrow("full");
  });
});
