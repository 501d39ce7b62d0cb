import { randomBytes } from "node:crypto";

/** What an app password opens: `mail` is IMAP, SMTP and ManageSieve, `dav` is CalDAV, CardDAV and WebDAV. */
export const appPasswordKinds = ["mail", "dav"] as const;
/** What an app password opens. */
export type AppPasswordKind = (typeof appPasswordKinds)[number];

/** An app password: its name below the person, and what is hashed. */
export interface AppPassword {
  /** The first four characters, which are no secret: they name the entry `cn=app-<id>` below the person. */
  readonly id: string;
  /** All twenty characters without separators, as they are stored (hashed) and compared. */
  readonly canonical: string;
  /** As a person sees it: five groups of four, e.g. `k3m9-...`. */
  readonly text: string;
}

/** Crockford's base 32 in lower case: no i, l, o and u, which are misread. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const length = 20;

function appPassword(canonical: string): AppPassword {
  return { id: canonical.slice(0, 4), canonical, text: (canonical.match(/.{4}/g) ?? []).join("-") };
}

function fromBytes(bytes: Uint8Array): AppPassword {
  if (bytes.length < length) throw new Error(`an app password needs ${length} bytes, got ${bytes.length}`);
  return appPassword([...bytes.slice(0, length)].map((byte) => alphabet[byte & 31]).join(""));
}

/** A fresh app password from the system's random source: 80 secret bits beside its id. */
export const newAppPassword = (): AppPassword => fromBytes(randomBytes(length));

/**
 * The app password made of a derived secret, for an account of the stack's own.
 *
 * @param derived what `derive` gave, e.g. for `smoke/app-password/1`
 * @throws Error when it has fewer than 20 bytes
 */
export const appPasswordFrom = (derived: string): AppPassword => fromBytes(Buffer.from(derived, "base64url"));

/**
 * Reads what somebody typed: upper case, spaces or hyphens between groups and the letters that are misread all do.
 *
 * @returns undefined when it has not the form of an app password
 */
export function parseAppPassword(typed: string): AppPassword | undefined {
  const canonical = typed.toLowerCase().replaceAll(/[\s-]/g, "").replaceAll("o", "0").replaceAll(/[il]/g, "1");
  if (canonical.length !== length || [...canonical].some((character) => !alphabet.includes(character)))
    return undefined;
  return appPassword(canonical);
}
