import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "../paths.ts";

let folder: string;
const checkout = () => join(folder, "checkout");
const cache = () => join(folder, "cache", "planb", "program");
const bundles = () => readdirSync(cache()).filter((name) => !name.endsWith(".json"));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "planb-program-"));
  mkdirSync(join(checkout(), "inner"), { recursive: true });
  for (const part of ["toolchain/program", "toolchain/cached.cjs", "package-lock.json", "tsconfig.json"]) {
    cpSync(join(root, part), join(checkout(), part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(checkout(), "node_modules"));
  write("index.ts", 'import * as pulumi from "@pulumi/pulumi";\nimport { word } from "./inner/word.ts";\n');
  append("export default (name: string): string =>\n");
  append('  [word, name, pulumi.Output.isInstance(pulumi.output(1))].join(" ");\n');
  write("inner/word.ts", 'export const word: string = "hello from " + import.meta.dirname;\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, text: string, flag = "w") => writeFileSync(join(checkout(), file), text, { flag });
const append = (text: string) => write("index.ts", text, "a");

/** What the program's default export gives, in a process of its own. */
async function run(): Promise<string> {
  const start = join(checkout(), "toolchain", "program", "start.mjs");
  const script = `const { default: program } = await import(${JSON.stringify(start)}); console.log(program("you"));`;
  const env = { XDG_CACHE_HOME: join(folder, "cache") };
  const { stdout } = await execa(process.execPath, ["--input-type=module", "-e", script], { env });
  return stdout;
}

test("a program runs from its sources as they are now", async () => {
  const place = join(checkout(), "inner");
  expect(await run()).toBe(`hello from ${place} you true`);
  expect(await run()).toBe(`hello from ${place} you true`);
  expect(bundles()).toHaveLength(1);

  write("inner/word.ts", 'export { word } from "./other.ts";\n');
  write("inner/other.ts", 'export const word = "first";\n');
  expect(await run()).toBe("first you true");
  write("inner/other.ts", 'export const word = "other";\n'); // as long as the one before
  expect(await run()).toBe("other you true");
  expect(bundles()).toHaveLength(3);
}, 60_000);

test("what was not used for longest is forgotten, and what a killed build left", async () => {
  const made = (name: string, hoursAgo: number) => {
    const at = new Date(Date.now() - hoursAgo * 3_600_000);
    mkdirSync(join(cache(), name), { recursive: true });
    utimesSync(join(cache(), name), at, at);
  };
  await run();
  const [first = ""] = bundles();
  made(first, 9);
  for (let n = 1; n <= 8; n++) made(`000000000000000${n}`, n);
  made("4000000001.new", 2);
  made("4000000002.new", 0.5);
  await run(); // uses the first again
  write("inner/word.ts", 'export const word = "second";\n');
  expect(await run()).toBe("second you true");
  const left = bundles();
  expect(left).toContain(first);
  expect(left).toHaveLength(9);
  expect(left.filter((name) => /^0+[78]$|\.new$/.test(name))).toEqual(["4000000002.new"]);
}, 60_000);

test("what is wrong with the sources is told", async () => {
  append("\nexport const broken = (() => { throw new Error('on purpose'); })();\n");
  const failed = await run().catch((error: Error) => error.message);
  expect(failed).toContain("on purpose");
  write("index.ts", "export default = ;\n");
  await expect(run()).rejects.toThrow("index.ts:1:15");
}, 60_000);
