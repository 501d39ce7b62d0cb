/**
 * Who is logged in, as edge tells the services: one header a claim, each value base64url of UTF-8. The names hold a
 * part made at random for the stack, so that nobody who gets past edge knows what to forge.
 */
export const identityClaims = {
  guid: "guid",
  user: "preferred_username",
  name: "name",
  mail: "email",
  department: "department",
  title: "title",
  groups: "groups",
  loginTime: "auth_time",
} as const;

/** A claim edge passes on. */
export type IdentityClaim = keyof typeof identityClaims;

/** Name of the header that carries the access token (base64url too), for services that ask Keycloak on the user's behalf. */
export const tokenHeader = (key: string): string => `x-planb-${key}-token`;

/** Name of the header that carries a claim. */
export const claimHeader = (key: string, claim: IdentityClaim): string => `x-planb-${key}-${claim.toLowerCase()}`;

/** The headers that carry these claims, as edge sends them. */
export const claimHeaders = (
  key: string,
  claims: Readonly<Partial<Record<IdentityClaim, string>>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(claims).map(([claim, value]) => [
      claimHeader(key, claim as IdentityClaim),
      Buffer.from(value).toString("base64url"),
    ]),
  );

/** The stack's random part of the names, from a derived secret: hexadecimal, so it fits a header's name. */
export const identityKey = (derived: string): string => Buffer.from(derived, "base64url").toString("hex").slice(0, 32);
