import { createReadStream, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { execa } from "execa";
import { followBuild } from "./follow.ts";
import { mirrors } from "./recipe.ts";

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** What nobody reads inside a container. */
const left = ["man", "doc", "locale", "info", "lintian"].map((folder) => `/usr/share/${folder}/*`);

/** The lines of `sources.list`, from `images/base/sources.txt` with the mirrors of this machine. */
function sources(): string[] {
  const { debian, security } = mirrors();
  return readFileSync(join(import.meta.dirname, "base", "sources.txt"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.replace("SECURITY_MIRROR", security).replace("MIRROR", debian));
}

/**
 * Builds the ground of all images: Debian 13 from packages alone, without documentation, manuals and foreign
 * languages; nothing is pulled.
 *
 * @param ref reference the image gets
 */
export async function buildBase(docker: Docker, ref: string, logFile: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "planb-base-"));
  try {
    const tar = join(work, "base.tar");
    const packages = readFileSync(join(import.meta.dirname, "base", "packages.txt"), "utf8")
      .trim()
      .split(/\s+/);
    const options = [
      "--variant=minbase",
      `--include=${packages.join(",")}`,
      `--keyring=${keyring}`,
      ...left.map((path) => `--dpkgopt=path-exclude=${path}`),
      "--dpkgopt=path-include=/usr/share/doc/*/copyright",
      "--dpkgopt=force-unsafe-io",
      '--aptopt=Acquire::Languages "none"',
      '--aptopt=APT::Install-Recommends "false"',
      "--customize-hook=rm -rf $1/var/cache/apt/* $1/var/lib/apt/lists/* $1/var/log/* $1/var/cache/debconf/*-old",
    ];
    const output = { stdout: { file: logFile }, stderr: { file: logFile } };
    await execa("mmdebstrap", [...options, "trixie", tar, ...sources()], { stdin: "ignore", ...output });
    const [repo, tag] = ref.split(":");
    const stream = await docker.importImage(createReadStream(tar), { repo, tag });
    await followBuild(docker, stream as unknown as NodeJS.ReadableStream, logFile);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
