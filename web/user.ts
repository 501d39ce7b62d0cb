import { claimHeader, type IdentityClaim, tokenHeader } from "../model/identity-headers.ts";

/** Who is logged in, as edge tells. */
export interface User {
  /** The person's key, which never changes; what is kept of a person is kept by it. */
  readonly guid: string;
  readonly user: string;
  readonly name: string;
  readonly mail: string;
  readonly department: string;
  readonly title: string;
  /** Short ids of the groups, e.g. `g0123456789ab`. */
  readonly groups: readonly string[];
  /** Time of the login; undefined when not told. */
  readonly loggedInAt: Date | undefined;
  /** Access token, to ask Keycloak on this person's behalf. */
  readonly token: string;
}

/**
 * Reads who is logged in.
 *
 * @param header looks up a header of the request
 * @param key the stack's random part of the headers' names
 * @returns undefined when edge told of nobody
 */
export function readUser(header: (name: string) => string | undefined, key: string): User | undefined {
  const decoded = (name: string) => Buffer.from(header(name) ?? "", "base64url").toString("utf8");
  const claim = (name: IdentityClaim) => decoded(claimHeader(key, name));
  const [guid, user] = [claim("guid"), claim("user")];
  if (guid === "") return undefined;
  const seconds = Number(claim("loginTime"));
  return {
    guid,
    user,
    name: claim("name") || user,
    mail: claim("mail"),
    department: claim("department"),
    title: claim("title"),
    groups: claim("groups")
      .split(",")
      .filter((group) => group !== ""),
    loggedInAt: seconds > 0 ? new Date(seconds * 1000) : undefined,
    token: decoded(tokenHeader(key)),
  };
}
