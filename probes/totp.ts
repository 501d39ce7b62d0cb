import { setTimeout as sleep } from "node:timers/promises";
import { Secret, TOTP } from "otpauth";

/** Seconds a code is valid for: Keycloak's default, and what every authenticator app does. */
const periodSeconds = 30;

/** Last window in which a seed's code was used by this process, by seed. */
const used = new Map<string, number>();

const windowOf = (time: number): number => Math.floor(time / 1000 / periodSeconds);

/**
 * The code of a seed (base32) at a time: 6 digits, SHA-1, 30 s, as Keycloak's default policy has it.
 *
 * @param time in ms since 1970. Default: now
 */
export function totpCode(seed: string, time = Date.now()): string {
  return new TOTP({ secret: Secret.fromBase32(seed), period: periodSeconds }).generate({ timestamp: time });
}

/** Time, so that tests need not wait for it. */
interface Clock {
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

/**
 * A code that this process has not used yet: the server takes each only once, so a second login within the window
 * waits for the next one.
 *
 * @returns the code, and the ms waited for it
 */
export async function freshCode(
  seed: string,
  signal: AbortSignal,
  clock: Clock = realClock,
): Promise<{ readonly code: string; readonly waitedMs: number }> {
  let waitedMs = 0;
  while (used.get(seed) === windowOf(clock.now())) {
    const rest = (windowOf(clock.now()) + 1) * periodSeconds * 1000 - clock.now() + 200;
    await clock.sleep(rest, signal);
    waitedMs += rest;
  }
  used.set(seed, windowOf(clock.now()));
  return { code: totpCode(seed, clock.now()), waitedMs };
}
