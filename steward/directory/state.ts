/** What the existing directory says about a login; the shadow directory's `planbState`. */
export type LoginState = "ok" | "mustChange" | "expired" | "locked" | "disabled" | "accountExpired" | "deleted";

/** The attributes a login's state is derived from, as AD writes them. Times are Windows file times (100 ns since 1601). */
export interface AccountFacts {
  /** `userAccountControl`. */
  readonly control: number;
  /** `msDS-User-Account-Control-Computed`: bits AD computes at the moment of reading; undefined: not given. */
  readonly computed: number | undefined;
  /** `accountExpires`; 0 and the largest number mean never. */
  readonly accountExpires: bigint;
  /** `pwdLastSet`; 0 means the password must be changed at the next login. */
  readonly pwdLastSet: bigint;
  /** `msDS-UserPasswordExpiryTimeComputed`; undefined: not given; 0 and the largest number mean never. */
  readonly passwordExpires: bigint | undefined;
  /** `lockoutTime`; 0 means not locked. Counts only where `computed` is not given. */
  readonly lockoutTime: bigint;
}

const accountDisable = 0x2;
const lockout = 0x10;
const dontExpirePassword = 0x10000;
const passwordExpired = 0x800000;
const never = 0x7fffffffffffffffn;
const epochDifferenceMs = 11_644_473_600_000n;

/** A moment as a Windows file time. */
export function fileTime(date: Date): bigint {
  return (BigInt(date.getTime()) + epochDifferenceMs) * 10_000n;
}

/** A Windows file time as a moment. */
export function fromFileTime(time: bigint): Date {
  return new Date(Number(time / 10_000n - epochDifferenceMs));
}

/** Whether a Windows file time that may mean "never" lies behind. */
const isPast = (time: bigint, now: bigint): boolean => time > 0n && time < never && time <= now;

/**
 * The state of a login at a moment. The hardest reason wins: what an administrator did, then what guessing did, then
 * what time did to the password.
 */
export function loginState(facts: AccountFacts, now: Date): LoginState {
  const time = fileTime(now);
  if ((facts.control & accountDisable) !== 0) return "disabled";
  if (isPast(facts.accountExpires, time)) return "accountExpired";
  const locked = facts.computed === undefined ? facts.lockoutTime > 0n : (facts.computed & lockout) !== 0;
  if (locked) return "locked";
  if ((facts.control & dontExpirePassword) !== 0) return "ok";
  if (facts.pwdLastSet === 0n) return "mustChange";
  const expired =
    ((facts.computed ?? 0) & passwordExpired) !== 0 ||
    (facts.passwordExpires !== undefined && isPast(facts.passwordExpires, time));
  return expired ? "expired" : "ok";
}

/** States in which no login here may succeed, whatever is known: the entry is locked. */
export function isLocked(state: LoginState): boolean {
  return state === "disabled" || state === "accountExpired" || state === "locked" || state === "deleted";
}

/** States that end open sessions: the account was taken away. A lock after wrong guesses is not, or guessing could log people out. */
export function isTakenAway(state: LoginState): boolean {
  return state === "disabled" || state === "accountExpired" || state === "deleted";
}

/**
 * States in which a password learnt from AD is no longer good for a login there, so it is erased here: an expired
 * password, one that must be changed, and everything of a deleted account.
 */
export function forgetsPassword(state: LoginState): boolean {
  return state === "expired" || state === "mustChange" || state === "deleted";
}
