import { createReadStream, existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import Docker from "dockerode";
import { execa } from "execa";
import { pack } from "tar-fs";
import { root } from "../../cli/paths.ts";
import { followBuild } from "../../images/follow.ts";
import { mirrors } from "../../images/recipe.ts";
import { UserError } from "../../model/errors.ts";

/** Debian releases a bare root can be made of. */
export const releases: Readonly<Record<string, string>> = { "13": "trixie", "12": "bookworm" };

/** Where the clone lies inside the bare root; nothing on the host has that path. */
const checkout = "/root/planb-checkout";

/** Authorities that this machine's administrator added to Debian's; a bare machine at the same site would have them. */
const siteAuthorities = "/usr/local/share/ca-certificates";

/** A container that stands for a bare machine. */
export interface BareRoot {
  /** Runs a command in the clone, passing its output on. Returns its exit code. */
  run(command: string, to: NodeJS.WritableStream): Promise<number>;
  /** Removes the container and its image. */
  remove(): Promise<void>;
}

/**
 * Makes a bare Debian - the smallest variant, not even certificates - as a container with the host's network, its
 * processes and the engine's socket, and copies a fresh clone of the committed state into it.
 *
 * @param env variables inside
 * @throws UserError when the socket is not a local one
 */
export async function makeBareRoot(
  release: string,
  env: Readonly<Record<string, string>>,
  log: string,
): Promise<BareRoot> {
  const socket = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace(/^unix:\/\//, "");
  if (!existsSync(socket)) throw new UserError(`bare: needs a local engine's socket, got DOCKER_HOST=${socket}`);
  const docker = new Docker();
  const name = `planb-bare-${release}-${process.pid}`;
  const ref = `${name}:root`;
  const work = await mkdtemp(join(tmpdir(), "planb-bare-"));
  try {
    await makeImage(docker, release, ref, join(work, "root.tar"), log);
    const clone = join(work, "clone");
    await execa("git", ["clone", "--quiet", "--no-local", "--depth", "1", `file://${root}`, clone]);
    const site = existsSync(siteAuthorities) && readdirSync(siteAuthorities).length > 0;
    const trust = site ? ["SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"] : [];
    const container = await docker.createContainer({
      name,
      Image: ref,
      Cmd: ["sleep", "infinity"],
      Env: ["HOME=/root", "LC_ALL=C.UTF-8", ...trust, ...Object.entries(env).map(([key, value]) => `${key}=${value}`)],
      Labels: { "io.planb.bare": release },
      HostConfig: {
        NetworkMode: "host",
        // On a bare machine the engine's processes are the machine's: the tests kill them by their numbers.
        PidMode: "host",
        Binds: [`${socket}:/var/run/docker.sock`],
        Init: true,
        // root on a bare machine may mount, which mmdebstrap does
        CapAdd: ["SYS_ADMIN"],
        SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
      },
    });
    const remove = async () => {
      await container.remove({ force: true, v: true });
      await docker.getImage(ref).remove({ force: true });
    };
    try {
      await container.start();
      await copyIn(container, clone, checkout);
      if (site) await copyIn(container, siteAuthorities, siteAuthorities);
    } catch (error) {
      await remove();
      throw error;
    }
    return { run: (command, to) => runInside(docker, container, command, to), remove };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function makeImage(docker: Docker, release: string, ref: string, tar: string, log: string): Promise<void> {
  const suite = releases[release];
  if (suite === undefined) {
    throw new UserError(`--debian: expected ${Object.keys(releases).join(" or ")}, got "${release}"`);
  }
  const file = { stdout: { file: log }, stderr: { file: log }, stdin: "ignore" } as const;
  await execa("mmdebstrap", ["--variant=minbase", suite, tar, mirrors().debian], file);
  const [repo, tag] = ref.split(":");
  const stream = await docker.importImage(createReadStream(tar), { repo, tag });
  await followBuild(docker, stream as unknown as NodeJS.ReadableStream, log);
}

async function copyIn(container: Docker.Container, from: string, to: string): Promise<void> {
  const entry = to.slice(1);
  const stream = pack(from, {
    map: (header) => ({ ...header, name: `${entry}/${header.name}`, uid: 0, gid: 0, uname: "root", gname: "root" }),
  });
  await container.putArchive(stream as unknown as NodeJS.ReadableStream, { path: "/" });
}

async function runInside(
  docker: Docker,
  container: Docker.Container,
  command: string,
  to: NodeJS.WritableStream,
): Promise<number> {
  const exec = await container.exec({
    Cmd: ["bash", "-c", command],
    WorkingDir: checkout,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({ hijack: true, stdin: false });
  docker.modem.demuxStream(stream, to, to);
  await finished(stream, { writable: false });
  return (await exec.inspect()).ExitCode ?? 1;
}
