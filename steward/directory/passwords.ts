import { forgetsPassword, fromFileTime, type LoginState } from "./state.ts";

/** What is stored of a person's password here. Never the hash itself: the steward cannot read it. */
export interface StoredPassword {
  readonly known: boolean;
  /** Undefined: learnt from AD and not yet noted. */
  readonly origin: "ad" | "local" | undefined;
  /** When it was set or learnt; undefined: not noted. */
  readonly at: Date | undefined;
}

/**
 * Whether the stored password must go, now that the existing directory says something new about the account.
 *
 * - One learnt from AD goes with every change of `pwdLastSet`: the next login is checked by AD again.
 * - One set here (activation code, severed) goes only when AD's is newer: then AD wins.
 * - An expired password, or one that must be changed, is no longer good for AD, so not for its copy here either.
 * - Nothing is kept of a deleted account.
 */
export function mustErase(stored: StoredPassword, pwdLastSet: bigint, state: LoginState): boolean {
  if (!stored.known) return false;
  if (state === "deleted") return true;
  if (stored.origin !== "local") return true;
  if (pwdLastSet === 0n) return false;
  return stored.at === undefined || fromFileTime(pwdLastSet) > stored.at;
}

/** Whether a change of an entry makes its stored password doubtful. */
export function doubtsPassword(
  before: { readonly pwdLastSet: string | undefined; readonly state: string | undefined },
  after: { readonly pwdLastSet: string | undefined; readonly state: LoginState },
): boolean {
  if (before.pwdLastSet !== after.pwdLastSet) return true;
  return before.state !== after.state && forgetsPassword(after.state);
}

/** A moment as LDAP writes it. */
export function generalizedTime(date: Date): string {
  return `${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
}

/** A moment from LDAP's writing; undefined for anything else. */
export function fromGeneralizedTime(text: string | undefined): Date | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.\d+)?Z$/.exec(text ?? "");
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
