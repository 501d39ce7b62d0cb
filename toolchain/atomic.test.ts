import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildOnce } from "./atomic.ts";

it("builds a folder once, whole or not at all", async () => {
  const parent = mkdtempSync(join(tmpdir(), "planb-atomic-"));
  const folder = join(parent, "built");
  const broken = buildOnce(folder, async (fresh) => {
    writeFileSync(join(fresh, "half"), "");
    throw new Error("no network");
  });
  await expect(broken).rejects.toThrow("no network");
  expect(readdirSync(parent)).toEqual([]);
  await buildOnce(folder, async (fresh) => {
    writeFileSync(join(fresh, "whole"), "first");
    // Another run is done before this one.
    await buildOnce(`${folder}-other`, async (other) => writeFileSync(join(other, "whole"), "other"));
  });
  await buildOnce(folder, async () => {
    throw new Error("must not be built again");
  });
  expect(readFileSync(join(folder, "whole"), "utf8")).toBe("first");
  expect(existsSync(join(folder, "half"))).toBe(false);
});
