import Docker from "dockerode";
import { buildClients, clientsImage } from "../../../components/files/testing/clients.ts";
import { type ExecResult, runInside } from "../../../platform/docker/inside.ts";
import { removeThings } from "../../../platform/docker/operate.ts";
import type { RunningStack } from "./demo.ts";

const name = "planb-test-files-pc";

/** A program on a PC of the municipality's that reaches the stack by its public names: rclone, over WebDAV. */
export class Rclone {
  readonly #container: Docker.Container;

  private constructor(container: Docker.Container) {
    this.#container = container;
  }

  /** @param url where WebDAV is */
  static async start(stack: RunningStack, url: string, login: string, password: string): Promise<Rclone> {
    await buildClients();
    const host = new URL(url).hostname;
    // What a run that was killed left behind.
    await removeThings({ containers: [name] });
    const container = await new Docker().createContainer({
      name,
      Image: clientsImage,
      Entrypoint: ["sleep", "infinity"],
      HostConfig: { NetworkMode: "host", ExtraHosts: [`${host}:${stack.context.address ?? "127.0.0.1"}`] },
    });
    const rclone = new Rclone(container);
    await container.start();
    await rclone.#write("/tmp/root.pem", stack.outputs.caPem);
    const { stdout } = await rclone.sh('rclone obscure "$1"', password);
    await rclone.#write(
      "/tmp/rclone.conf",
      `[webdav]\ntype = webdav\nvendor = other\nurl = ${url}\nuser = ${login}\npass = ${stdout.trim()}\n`,
    );
    return rclone;
  }

  /** Runs a command of rclone; `webdav:` is the place. */
  run(...command: readonly string[]): Promise<ExecResult> {
    const common = [
      "--ca-cert",
      "/tmp/root.pem",
      "--config",
      "/tmp/rclone.conf",
      "--retries",
      "1",
      "--no-unicode-normalization",
    ];
    return runInside(this.#container, ["rclone", ...common, "--low-level-retries", "1", ...command]);
  }

  /** Runs a shell line; `$1` and so on are the arguments. */
  sh(line: string, ...args: readonly string[]): Promise<ExecResult> {
    return runInside(this.#container, ["bash", "-c", line, "-", ...args]);
  }

  /** Makes files that hold their own names. */
  async fill(folder: string, names: readonly string[]): Promise<void> {
    await this.sh('mkdir -p "$1" && cd "$1" && shift && for n; do printf %s "$n" > "./$n"; done', folder, ...names);
  }

  close(): Promise<void> {
    return removeThings({ containers: [name] });
  }

  async #write(path: string, text: string): Promise<void> {
    await this.sh('printf %s "$2" > "$1"', path, text);
  }
}
