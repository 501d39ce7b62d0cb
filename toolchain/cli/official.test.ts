import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { officialCli } from "./official.ts";

const parent = mkdtempSync(join(tmpdir(), "planb-official-"));

function folder(name: string, version: string | undefined, ...beside: string[]): string {
  const path = join(parent, name);
  mkdirSync(path);
  const programs = version === undefined ? beside : ["pulumi", ...beside];
  for (const program of programs) {
    writeFileSync(join(path, program), `#!/bin/sh\necho ${version}\n`);
    chmodSync(join(path, program), 0o755);
  }
  return path;
}

it("takes the first installed CLI that is new enough", () => {
  const none = folder("none", undefined);
  const old = folder("old", "v3.117.0", "pulumi-language-nodejs");
  const fresh = folder("fresh", "v3.270.0", "pulumi-language-nodejs");
  const bare = folder("bare", "v3.259.0");
  expect(officialCli([none, old].join(delimiter))).toBeUndefined();
  expect(officialCli([none, old, fresh, bare].join(delimiter))).toEqual({
    file: join(fresh, "pulumi"),
    version: "3.270.0",
    hasLanguageHost: true,
  });
  expect(officialCli(bare)).toMatchObject({ version: "3.259.0", hasLanguageHost: false });
});
