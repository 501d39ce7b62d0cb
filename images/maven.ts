import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../model/index.ts";
import { cacheFolder } from "./folders.ts";

/** File name of an artifact `group:name:version[:extension]`, as Maven copies it. */
export function mavenFile(artifact: string): string {
  const [, name, version, extension] = artifact.split(":");
  return `${name}-${version}.${extension ?? "jar"}`;
}

/**
 * An artifact of Maven Central by Maven's own client, kept in the cache and checked against its checksum.
 *
 * @returns path of the file in the cache
 * @throws UserError when it is not what the recipe says
 */
export async function fromMaven(artifact: string, sha256: string, logFile: string): Promise<string> {
  const folder = join(cacheFolder(), "maven");
  const file = join(folder, mavenFile(artifact));
  if (!existsSync(file)) {
    const fresh = await mkdtemp(join(tmpdir(), "planb-maven-"));
    mkdirSync(folder, { recursive: true });
    const goal = ["-B", "-q", "dependency:copy", `-Dartifact=${artifact}`, `-DoutputDirectory=${fresh}`];
    const log = { file: logFile, append: true } as const;
    await execa("mvn", goal, { stdin: "ignore", stdout: log, stderr: log });
    // A copy is renamed into place, so that two runs at once never read half a file.
    await cp(join(fresh, mavenFile(artifact)), `${file}.${process.pid}`);
    renameSync(`${file}.${process.pid}`, file);
    await rm(fresh, { recursive: true, force: true });
  }
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const found = hash.digest("hex");
  if (found === sha256) return file;
  throw new UserError(`${file}: expected SHA-256 ${sha256}, got ${found}; delete the file and try again`);
}
