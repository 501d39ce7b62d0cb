import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execaSync } from "execa";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** What each room may import of the others: rooms, or single files that only say what is passed on. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  config: ["model"],
  images: ["model"],
  toolchain: ["model"],
  platform: ["model"],
  probes: ["model"],
  // What a component writes for the steward to read has one definition, the steward's.
  components: [
    "model",
    "config",
    "platform/platform.ts",
    "steward/directory/config.ts",
    "steward/status-config.ts",
    "steward/resources/config.ts",
    "steward/mailbox/config.ts",
    "booking/settings.ts",
    "web/paths.ts",
    "web/site.ts",
    "access/settings.ts",
    "portal/settings.ts",
    "lists/settings.ts",
    "files/settings.ts",
    "steward/lists/config.ts",
  ],
  steward: ["model", "probes"],
  web: ["model"],
  booking: ["model"],
  portal: ["model", "web"],
  files: ["model", "web"],
  lists: ["model", "web"],
  access: ["model", "web"],
  cli: [
    ...["model", "config", "images", "probes", "toolchain"],
    ...["components/index.ts", "platform/docker/operate.ts"],
  ],
  docs: ["config", "components/index.ts", "bench/docs.ts"],
  "index.ts": ["model", "config", "images", "components/index.ts", "platform/index.ts"],
};
/** These look at everything from outside. */
const free = ["test", "bench", "vitest.config.ts"];
/** The SDKs of the platforms, which nobody else may know. */
const onlyPlatform = ["@pulumi/docker", "@pulumi/kubernetes"];

const root = join(import.meta.dirname, "..");
const { stdout } = execaSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"], { cwd: root });
const files = stdout.split("\n").filter((file) => !file.includes("/reference/"));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const room = (file: string): string => file.split("/")[0] ?? file;
const isTest = (file: string) => /\.test\.ts$|(^|\/)(test|testing)(\/|\.ts$)/.test(file);

/** Import lines of a file: a path from the root, or a package's name. */
function importsOf(file: string): string[] {
  const found = read(file).matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g);
  return [...found].map(([, target = ""]) => (target.startsWith(".") ? join(dirname(file), target) : target));
}

function violations(file: string): string[] {
  const own = room(file);
  if (free.includes(own) || isTest(file)) return [];
  const allowed = mayImport[own];
  if (allowed === undefined) return [`${file}: the room ${own}/ is not in the table`];
  return importsOf(file)
    .filter((target) =>
      target.endsWith(".ts")
        ? !reaches([own, ...allowed], target)
        : own !== "platform" && onlyPlatform.includes(target),
    )
    .map((target) => `${file} imports ${target}`);
}

const reaches = (allowed: readonly string[], target: string) => allowed.some((a) => target === a || room(target) === a);

/** `any` and enums below a node of the syntax tree. */
function forbidden(node: ts.Node): string[] {
  const own = { [ts.SyntaxKind.AnyKeyword]: "any", [ts.SyntaxKind.EnumDeclaration]: "an enum" }[node.kind as number];
  const below: string[] = [];
  ts.forEachChild(node, (child) => void below.push(...forbidden(child)));
  return own === undefined ? below : [own, ...below];
}

describe("the house", () => {
  it("has rooms that import in one direction", () => expect(files.flatMap(violations)).toEqual([]));

  it("tells of the same directions on the page for contributors", () => {
    const rows = [...read("CONTRIBUTING.md").matchAll(/^\| (`[a-z/{},<>]+`.*?) \| .* \| (.*) \|$/gm)];
    const told = Object.fromEntries(
      rows.flatMap(([, names = "", may = ""]) =>
        [...names.matchAll(/`([a-z]+)\//g)].map(([, name = ""]) => [name, may.match(/[^\s,;`]+/g) ?? []]),
      ),
    );
    for (const [name, words] of Object.entries(told)) {
      if (free.includes(name) || name === "stacks") continue;
      // Single files are shown as code.
      const wholeRooms = mayImport[name]?.filter((target) => !target.endsWith(".ts")) ?? [];
      const named = (words as string[]).filter((word) => word in mayImport);
      expect([name, named.sort()]).toEqual([name, [...wholeRooms].sort()]);
    }
    const rooms = Object.keys(mayImport).filter((name) => !name.endsWith(".ts") && name !== "docs");
    expect(Object.keys(told)).toEqual(expect.arrayContaining(rooms));
  });

  it("has files of at most 400 lines, without any and enums", () => {
    const wrong = files.flatMap((file) => {
      const text = read(file);
      const lines = text.split("\n").length - 1;
      const found = forbidden(ts.createSourceFile(file, text, ts.ScriptTarget.ES2023));
      return [...(lines > 400 ? [`${file}: ${lines} lines`] : []), ...found.map((what) => `${file}: ${what}`)];
    });
    expect(wrong).toEqual([]);
  }, 60_000);

  it("tells of each service on a page: what it keeps, how it fails, how to restore it", () => {
    const services = [...new Set(files.filter((f) => /^components\/[^/]+\/index\.ts$/.test(f)).map(dirname))];
    const pages = execaSync(
      "git",
      ["ls-files", "--cached", "--others", "--exclude-standard", "components/*/README.md"],
      { cwd: root },
    );
    expect(services.filter((folder) => !pages.stdout.split("\n").includes(`${folder}/README.md`))).toEqual([]);
  });
});
