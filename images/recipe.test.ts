import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { filesBelow } from "./recipe.ts";

const folder = mkdtempSync(join(tmpdir(), "planb-recipe-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("what an image is made from", () => {
  it("is its files, without tests, README and what Python left behind", () => {
    for (const path of ["part/__pycache__", "__pycache__"]) mkdirSync(join(folder, path), { recursive: true });
    const files = ["Dockerfile", "part/run.py", "part/run.test.ts", "README.md"];
    for (const path of [...files, "__pycache__/run.cpython-313.pyc", "part/__pycache__/run.cpython-313.pyc"]) {
      writeFileSync(join(folder, path), "");
    }
    expect(filesBelow(folder).map((path) => path.slice(path.indexOf("planb-recipe-")).replace(/^[^/]*\//, ""))).toEqual(
      ["Dockerfile", "part/run.py"],
    );
  });
});
