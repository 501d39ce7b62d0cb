import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { addressKey } from "../web/address.ts";
import type { AccessSettings } from "./settings.ts";

/** Longest a person or an address waits, in seconds. */
const longestWaitSeconds = 3600;
const daySeconds = 86_400;

/** One try that was counted before the password was looked at. */
export interface Attempt {
  /** The password was right: the person's count begins anew, and the address is not charged. */
  right(): Promise<void>;
  /** Nobody could check the password: nothing is charged. */
  unchecked(): Promise<void>;
}

/** Counts guesses by person and by address, whatever the protocol. */
export interface Limiter {
  /**
   * Counts a try, before the password is looked at, so that many at once are no way around.
   *
   * @param person key of the person, or of the login name when nobody has it. Undefined: only the address counts
   * @param address of the one who tries, if it is known
   * @returns the try, or the seconds to wait
   */
  begin(person: string | undefined, address: string | undefined): Promise<Attempt | number>;
  /** The try that a program asked for by {@link begin} earlier has ended. */
  end(person: string, address: string | undefined, ok: boolean | null): Promise<void>;
}

/** Counters in memory: a restart forgets them, and slapd's own lock stands behind. */
export function createLimiter({ failures, addressFailures, minutes }: AccessSettings["guessing"]): Limiter {
  const persons = counter("person", failures, minutes * 60);
  const addresses = counter("address", addressFailures, minutes * 60);

  const end = async (person: string | undefined, address: string | undefined, ok: boolean | null): Promise<void> => {
    const from = addressKey(address);
    if (ok !== false && from) await addresses.giveBack(from);
    if (person === undefined) return;
    if (ok) await persons.forget(person);
    else if (ok === null) await persons.giveBack(person);
  };
  return {
    async begin(person, address) {
      const from = addressKey(address);
      const waits = [from && (await addresses.wait(from)), person && (await persons.wait(person))];
      const wait = Math.max(...waits.map((seconds) => seconds || 0));
      if (wait > 0) return wait;
      const taken = [from && (await addresses.take(from)), person && (await persons.take(person))];
      const over = Math.max(...taken.map((seconds) => seconds || 0));
      if (over > 0) return over;
      return { right: () => end(person, address, true), unchecked: () => end(person, address, null) };
    },
    end,
  };
}

function counter(keyPrefix: string, points: number, duration: number) {
  const limiter = new RateLimiterMemory({ keyPrefix, points, duration });
  const blocks = new RateLimiterMemory({ keyPrefix: `${keyPrefix}-blocks`, points: 1, duration: daySeconds });
  const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));
  return {
    /** Seconds to wait; 0: none. */
    async wait(key: string): Promise<number> {
      const now = await limiter.get(key);
      return now && now.consumedPoints > points ? seconds(now.msBeforeNext) : 0;
    },
    /** Counts one; the first one too many shuts the key, twice as long each time within a day. */
    async take(key: string): Promise<number> {
      try {
        await limiter.consume(key);
        return 0;
      } catch (rejected) {
        if (!(rejected instanceof RateLimiterRes)) throw rejected;
        if (rejected.consumedPoints !== points + 1) return seconds(rejected.msBeforeNext);
        const times = (await blocks.penalty(key)).consumedPoints;
        const shut = Math.min(duration * 2 ** (times - 1), Math.max(longestWaitSeconds, duration));
        await limiter.block(key, shut);
        return shut;
      }
    },
    async giveBack(key: string): Promise<void> {
      const now = await limiter.get(key);
      if (now && now.consumedPoints > 0 && now.consumedPoints <= points) await limiter.reward(key);
    },
    async forget(key: string): Promise<void> {
      const now = await limiter.get(key);
      // A key that was shut stays shut, whoever was let in by a try begun before.
      if (now && now.consumedPoints <= points) await limiter.delete(key);
    },
  };
}
