import type { Lock, Resource, User } from "nephele";
import { isWithin, type Segments } from "../core/path.ts";

interface Kept extends Omit<Lock, "resource" | "save" | "delete"> {
  readonly username: string;
  readonly place: Segments;
}

/** Locks of WebDAV clients. They live in memory: after a restart clients ask for theirs again. */
export class Locks {
  readonly #all = new Map<string, Kept>();

  /** Locks on exactly this place. */
  on(resource: Resource, place: Segments, username?: string): Lock[] {
    return this.#current()
      .filter((lock) => lock.place.length === place.length && isWithin(lock.place, place))
      .filter((lock) => username === undefined || lock.username === username)
      .map((lock) => this.#lock(resource, lock));
  }

  /** A lock that counts once it is saved. */
  make(resource: Resource, place: Segments, user: User): Lock {
    return this.#lock(resource, {
      username: user.username,
      place,
      token: "",
      date: new Date(),
      timeout: 60_000,
      scope: "exclusive",
      depth: "0",
      provisional: false,
      owner: {},
    });
  }

  /** Whether a lock, anybody's, is on a place or on a folder it lies in. */
  concern(place: Segments): boolean {
    return this.#all.size > 0 && this.#current().some((lock) => isWithin(place, lock.place));
  }

  /** Whether something below a place is locked by a token that is not among those given. */
  othersWithin(place: Segments, tokens: readonly string[]): boolean {
    return this.#current().some((lock) => isWithin(lock.place, place) && !tokens.includes(lock.token));
  }

  /** Forgets the locks of what is gone. */
  dropWithin(place: Segments): void {
    for (const lock of this.#current()) if (isWithin(lock.place, place)) this.#all.delete(lock.token);
  }

  #current(): Kept[] {
    for (const lock of this.#all.values()) {
      if (lock.date.getTime() + lock.timeout < Date.now()) this.#all.delete(lock.token);
    }
    return [...this.#all.values()];
  }

  #lock(resource: Resource, { username, place, ...values }: Kept): Lock {
    const lock: Lock = {
      ...values,
      resource,
      save: async () => {
        const { resource: _, save: __, delete: ___, ...now } = lock;
        this.#all.set(lock.token, { ...now, username, place });
      },
      delete: async () => void this.#all.delete(lock.token),
    };
    return lock;
  }
}
