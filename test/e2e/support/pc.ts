import { existsSync } from "node:fs";
import Docker from "dockerode";
import { type ExecResult, runInside } from "../../../platform/docker/inside.ts";
import { removeThings } from "../../../platform/docker/operate.ts";
import { buildUponBase } from "../../contract/upon-base.ts";
import type { RunningStack } from "./demo.ts";

/** Made for the tests only: Debian's davfs2, GNOME's gvfs with its command gio, and sieve-connect. */
const image = "planb-test-pc:1";
const packages = [
  ...["ca-certificates", "davfs2", "gvfs", "gvfs-backends", "libglib2.0-bin", "dbus-daemon", "sieve-connect"],
];
const fuse = "/dev/fuse";

/** Why no file system can be mounted here. Undefined: it can. */
export const noMounts = existsSync(fuse) ? undefined : `this machine has no ${fuse}`;

/** A PC of the municipality's with programs from Debian, which reaches the stack by its public names. */
export class Pc {
  readonly #name: string;
  readonly #container: Docker.Container;
  /** Where the stack's root certificate lies; nobody trusts it by that alone. */
  readonly root = "/tmp/root.pem";

  private constructor(name: string, container: Docker.Container) {
    this.#name = name;
    this.#container = container;
  }

  /**
   * @param part names it
   * @param hosts names of the stack's that it knows
   * @param mounts whether it mounts file systems, which takes rights that nothing else has
   */
  static async start(stack: RunningStack, part: string, hosts: readonly string[], mounts = false): Promise<Pc> {
    await buildUponBase(image, packages);
    const name = `planb-test-pc-${part}`;
    // What a run that was killed left behind.
    await removeThings({ containers: [name] });
    const address = stack.context.address ?? "127.0.0.1";
    const container = await new Docker().createContainer({
      name,
      Image: image,
      Entrypoint: ["sleep", "infinity"],
      User: "0",
      Env: ["HOME=/root", "LANG=C.UTF-8", "DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/bus"],
      HostConfig: {
        NetworkMode: "host",
        Init: true,
        ExtraHosts: hosts.map((host) => `${host}:${address}`),
        ...(mounts
          ? {
              Devices: [{ PathOnHost: fuse, PathInContainer: fuse, CgroupPermissions: "rwm" }],
              CapAdd: ["SYS_ADMIN"],
              SecurityOpt: ["apparmor:unconfined"],
            }
          : {}),
      },
    });
    const pc = new Pc(name, container);
    await container.start();
    await pc.write(pc.root, stack.outputs.caPem);
    // davfs2 reads it as a user of its own.
    await pc.does('chmod 0644 "$1"', pc.root);
    return pc;
  }

  /** Runs a shell line; `$1` and so on are the arguments. */
  sh(line: string, ...args: readonly string[]): Promise<ExecResult> {
    return runInside(this.#container, ["bash", "-c", line, "-", ...args]);
  }

  /** Runs a shell line that must succeed. @returns what it printed @throws with what it said */
  async does(line: string, ...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.sh(line, ...args);
    if (code !== 0) throw new Error(`${line} [${args.join(" ")}]: ended with ${code}: ${stderr || stdout}`);
    return stdout;
  }

  /** Writes a file that only its owner reads. */
  async write(path: string, text: string): Promise<void> {
    await this.does('umask 077; printf %s "$2" > "$1"', path, text);
  }

  close(): Promise<void> {
    return removeThings({ containers: [this.#name] });
  }
}
