import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Upload } from "@tus/server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Spaces } from "./core/spaces.ts";
import { piecesIn } from "./pieces.ts";

const owner = "11111111-1111-4111-8111-111111111111";
let data = "";
let directory = "";

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "planb-pieces-"));
  directory = join(data, "incoming", "pieces");
  await mkdir(directory, { recursive: true });
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** A program that has just started. */
const started = async (days = 3) => {
  const spaces = new Spaces({ data, quotaBytes: { person: 1000, group: 0 }, groups: () => [] });
  const pieces = piecesIn(directory, days, spaces);
  return { space: await spaces.get("hjem", owner), pieces };
};
const upload = (id: string, size = 900, name = id) =>
  new Upload({
    id,
    size,
    offset: 0,
    metadata: { folder: "/mappe/mine", name, owner },
    creation_date: new Date().toISOString(),
  });
const bytes = (count: number) => Readable.from([Buffer.alloc(count)]);

describe("uploads in pieces", () => {
  it("count in the quota while they are not whole, also after a restart, until they are given up", async () => {
    const { space, pieces } = await started();
    await pieces.store.create(upload("a"));
    await pieces.store.write(bytes(400), "a", 0);
    await pieces.store.create(upload("b"));
    await expect(pieces.store.write(bytes(700), "b", 0)).rejects.toMatchObject({ status_code: 507 });
    await expect(space.write(["c"], bytes(601), "Åse")).rejects.toThrow("full");
    const after = await started();
    await after.pieces.countAll();
    expect(await after.space.room.free()).toBe(await space.room.free());
    await after.pieces.store.remove("b");
    expect(await after.space.room.free()).toBe(600);
    await after.pieces.store.remove("a");
    expect(await after.space.room.free()).toBe(1000);
  });

  it("that break off are counted as far as they came", async () => {
    const { space, pieces } = await started();
    await pieces.store.create(upload("a"));
    const broken = async function* () {
      yield Buffer.alloc(300);
      throw new Error("broken off");
    };
    await expect(pieces.store.write(Readable.from(broken()), "a", 0)).rejects.toBeDefined();
    const { offset } = await pieces.store.getUpload("a");
    expect(await space.room.free()).toBe(1000 - offset);
    await pieces.store.write(bytes(900 - offset), "a", offset);
    expect(await space.room.free()).toBe(100);
    await space.take(pieces.path("a"), ["a"], "Åse");
    await pieces.forget("a");
    expect([await space.room.free(), await readdir(directory)]).toEqual([100, []]);
  });

  it("have room when they take a file's place", async () => {
    const { space, pieces } = await started();
    await space.write(["stor"], bytes(900), "Åse");
    await pieces.store.create(upload("a", 950, "stor"));
    await pieces.store.write(bytes(950), "a", 0);
    await expect(pieces.store.write(bytes(51), "a", 950)).rejects.toMatchObject({ status_code: 507 });
  });

  it("of which the power left half do not hold up the others' end", async () => {
    const { pieces } = await started();
    for (const id of ["a", "b", "c"]) {
      await pieces.store.create(upload(id));
      await pieces.store.write(bytes(1), id, 0);
    }
    await truncate(join(directory, "a.json"), 0);
    await rm(join(directory, "b"));
    await writeFile(join(directory, "d"), "?");
    await (await started()).pieces.countAll();
    expect((await readdir(directory)).sort()).toEqual(["c", "c.json"]);
  });
});
