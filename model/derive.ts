import { hkdfSync } from "node:crypto";
import { UserError } from "./errors.ts";

/** Fewest characters a master secret may have: 32 random bytes in base64url are 43. */
export const masterMinLength = 43;

/**
 * Derives one secret from the stack's master with HKDF-SHA256 (RFC 5869): the same master and label give the same
 * secret on any host, so a rebuilt stack fits its restored databases.
 *
 * @param master the stack's master secret
 * @param label what the secret is for, with a version, e.g. `database/keycloak/1`
 * @param bytes length before encoding. Default: 24
 * @returns base64url, without characters that a configuration file would need to quote
 * @throws UserError when the master is missing or too short; there is no fallback
 */
export function derive(master: string, label: string, bytes = 24): string {
  return Buffer.from(deriveBytes(master, label, bytes)).toString("base64url");
}

/** As {@link derive}, as raw bytes. */
export function deriveBytes(master: string, label: string, bytes: number): Uint8Array {
  if (master.length < masterMinLength) {
    throw new UserError(
      `planb:master: expected at least ${masterMinLength} characters, got ${master.length}. ` +
        'Make one with: pulumi config set --secret planb:master "$(openssl rand -base64 32)"',
    );
  }
  return new Uint8Array(hkdfSync("sha256", master, "planb", label, bytes));
}

/**
 * One-way mark of a master: tells whether data was made with the same one. 72 bits of HKDF; nothing of the master can be
 * had from it, so it may stand in the clear.
 */
export const masterMark = (master: string): string => derive(master, "mark/1", 9);
