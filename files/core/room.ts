import { FileProblem } from "./problem.ts";
import { bytesOf } from "./tree.ts";

/** Milliseconds a sum of bytes is believed; other ways in do not exist, so it is only a second look. */
const believedMs = 600_000;

/** Room held for something while it arrives. */
export interface HeldRoom {
  /** So many bytes more are here. @throws FileProblem `full` */
  arrived(bytes: number): void;
  /** So many bytes are here in all, whether they fit or not. */
  is(bytes: number): void;
  /** It is in its place, or given up. */
  release(): void;
}

/** How much a space holds, may hold, and is getting. What arrives counts from the first byte, or from when it is announced. */
export class Room {
  readonly quotaBytes: number;
  readonly #root: string;
  #used: { bytes: number; at: number } | undefined;
  #counting: Promise<void> | undefined;
  #changes = 0;
  #coming = 0;

  /** @param root folder whose files are counted */
  constructor(root: string, quotaBytes: number) {
    [this.#root, this.quotaBytes] = [root, quotaBytes];
  }

  /** Bytes used. Waits only for the first count; a later one is made beside what goes on. */
  async used(): Promise<number> {
    while (this.#used === undefined) await this.#count();
    if (Date.now() - this.#used.at > believedMs) void this.#count().catch(() => undefined);
    return this.#used.bytes;
  }

  /** Bytes that still fit. */
  async free(): Promise<number> {
    await this.used();
    return Math.max(0, this.#free());
  }

  /**
   * Holds room.
   *
   * @param expected bytes announced. Default: unknown
   * @param leaving bytes of what it takes the place of. Default: none
   * @throws FileProblem `full` when so many bytes do not fit
   */
  async hold(expected = 0, leaving = 0): Promise<HeldRoom> {
    await this.used();
    let [arrived, held] = [0, 0];
    const grow = (bytes: number) => {
      const more = bytes - leaving - held;
      if (more <= 0) return;
      if (more > this.#free()) throw new FileProblem("full");
      held += more;
      this.#coming += more;
    };
    grow(expected);
    return {
      arrived: (bytes) => {
        arrived += bytes;
        grow(arrived);
      },
      is: (bytes) => {
        arrived = bytes;
        const wanted = Math.max(0, bytes - leaving);
        this.#coming += wanted - held;
        held = wanted;
      },
      release: () => {
        this.#coming -= held;
        held = 0;
      },
    };
  }

  /** The sum of bytes follows what is done; counting all files anew takes long in a large space. */
  changed(bytes: number): void {
    this.#changes++;
    if (this.#used) this.#used.bytes += bytes;
  }

  #free(): number {
    return this.quotaBytes - (this.#used?.bytes ?? 0) - this.#coming;
  }

  /** However many ask, all is counted once. */
  #count(): Promise<void> {
    this.#counting ??= this.#walk().finally(() => {
      this.#counting = undefined;
    });
    return this.#counting;
  }

  async #walk(): Promise<void> {
    const before = this.#changes;
    const bytes = await bytesOf(this.#root);
    const overtaken = this.#changes !== before;
    // Whether a count saw what was done meanwhile nobody knows: the sum that followed it is better, and none is soon made anew.
    if (!overtaken) this.#used = { bytes, at: Date.now() };
    else if (this.#used) this.#used.at = Date.now();
    else this.#used = { bytes, at: 0 };
  }
}
