import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { care } from "./care.ts";
import { Keeping } from "./kept.ts";
import { Links } from "./links.ts";
import type { People } from "./people.ts";
import { Spaces } from "./spaces.ts";

const guid = "11111111-1111-4111-8111-111111111111";
const other = "22222222-2222-4222-8222-222222222222";
let data = "";
let spaces: Spaces;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "planb-kept-"));
  spaces = new Spaces({ data, quotaBytes: { person: 1000, group: 1000 }, groups: () => [] });
});
afterEach(() => rm(data, { recursive: true, force: true }));

const people: People = {
  groups: () => [],
  person: async () => undefined,
  all: async () => [guid, other].map((id) => ({ guid: id, name: id, here: true, groups: [] })),
  byLogin: async () => undefined,
  refresh: async () => {},
};
const told: string[] = [];
const caredFor = () => {
  told.length = 0;
  const links = new Links(join(data, "links"));
  return care({ data, spaces, people, links, trashDays: 30, keepDays: 100, log: (line) => void told.push(line) });
};
const filled = async (id: string, ...names: string[]) => {
  const space = await spaces.get("hjem", id);
  for (const name of names) await space.write([name], Readable.from([`content of ${name}`]), "Åse");
  return space;
};

describe("what is kept", () => {
  it("stays where it was when nothing can be written of it", async () => {
    const space = await filled(guid, "a");
    await mkdir(join(data, "kept", "hjem"), { recursive: true });
    await writeFile(join(data, "kept", "hjem", guid), "in the way");
    await expect(space.remove(["a"], "Åse")).rejects.toThrow();
    expect(await readFile(space.path(["a"]), "utf8")).toBe("content of a");
    await rm(join(data, "kept", "hjem", guid));
    await space.remove(["a"], "Åse");
    expect(await space.kept.list()).toMatchObject([{ segments: ["a"], bytes: 12 }]);
  });

  it("leaves nothing of what could not be moved", async () => {
    const keeping = new Keeping(join(data, "kept"), 1000);
    const gone = join(data, "gone");
    const info = { kind: "deleted", segments: ["x"], folder: false, by: "Åse" } as const;
    await expect(keeping.keep(info, gone, (to) => rename(gone, to))).rejects.toThrow("ENOENT");
    expect(await readdir(join(data, "kept"))).toEqual([]);
  });

  it("is in the folder or in the trash when the program is killed on either side of the move", async () => {
    for (const side of ["before", "after"]) {
      const folder = join(data, side);
      await mkdir(folder);
      await writeFile(join(folder, "file"), "dear");
      const script = `
        import { rename } from "node:fs/promises";
        import { Keeping } from ${JSON.stringify(new URL("./kept.ts", import.meta.url).href)};
        const from = ${JSON.stringify(join(folder, "file"))};
        const die = () => process.kill(process.pid, "SIGKILL");
        const info = { kind: "deleted", segments: ["file"], folder: false, by: "" };
        await new Keeping(${JSON.stringify(join(folder, "kept"))}, 1000).keep(info, from, async (to) => {
          ${side === "before" ? "die();" : ""}
          await rename(from, to);
          die();
          await new Promise(() => setInterval(() => {}, 1000));
        });`;
      const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
        stdio: "inherit",
      });
      expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
      const keeping = new Keeping(join(folder, "kept"), 1000);
      await keeping.repair();
      const inTrash = (await keeping.list()).map(({ segments }) => segments);
      const inFolder = (await readdir(folder)).filter((name) => name !== "kept");
      expect([side, inFolder, inTrash]).toEqual(side === "before" ? [side, ["file"], []] : [side, [], [["file"]]]);
    }
  }, 30_000);

  it("is found under a name made up for it when what is known of it is lost, and goes after its days", async () => {
    const space = await filled(guid, "a", "b");
    await filled(other, "c");
    await space.remove(["a"], "Åse");
    await space.remove(["b"], "Åse");
    const lost = (await space.kept.list()).find(({ segments }) => segments[0] === "a")?.id ?? "";
    await writeFile(join(data, "kept", "hjem", guid, lost, "info.json"), "");
    expect(await space.kept.list()).toMatchObject([{ segments: ["b"] }]);
    await caredFor();
    expect(told).toEqual([expect.stringContaining("1 kept files without a name")]);
    const found = `Fundet ${lost.slice(0, 8)}`;
    expect((await space.kept.list()).map(({ segments }) => segments)).toEqual([[found], ["b"]]);
    await space.restore(lost, "Åse");
    expect(await readFile(space.path([found]), "utf8")).toBe("content of a");
  });

  it("of one person in disorder, and an unreadable list of leavers or link, holds up nobody else's care", async () => {
    const space = await filled(guid, "a");
    const next = await filled(other, "b");
    for (const each of [space, next])
      await each.remove(await each.list([]).then(([entry]) => [entry?.name ?? ""]), "x");
    await rm(join(data, "kept", "hjem", guid), { recursive: true });
    await writeFile(join(data, "kept", "hjem", guid), "in the way");
    await writeFile(join(data, "leavers.json"), "");
    await mkdir(join(data, "links"));
    await writeFile(join(data, "links", `${"x".repeat(27)}.json`), '{"half":');
    const [kept] = await next.kept.list();
    await writeFile(
      join(data, "kept", "hjem", other, kept?.id ?? "", "info.json"),
      JSON.stringify({ ...kept, id: undefined, at: 1 }),
    );
    await caredFor();
    expect(told).toEqual([
      expect.stringMatching(`hjem/${guid}: not cared for: .*ENOTDIR`),
      expect.stringContaining("1 kept files removed"),
      expect.stringContaining("leavers.json cannot be read"),
    ]);
  });

  it("gives way, the oldest first, as soon as it is more than the quota", async () => {
    const space = await filled(guid);
    await caredFor();
    const names = ["a", "b", "c", "d"];
    for (const name of names) {
      await space.write([name], Readable.from(["x".repeat(300)]), "Åse");
      await space.remove([name], "Åse");
    }
    expect((await space.kept.list()).map(({ segments }) => segments[0])).toEqual(["d", "c", "b"]);
  });
});
