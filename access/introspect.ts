import { createRemoteJWKSet, type JWTPayload, jwtVerify } from "jose";
import type { Directory } from "./directory.ts";
import { personByGuid, personByLogin } from "./people.ts";
import type { AccessSettings } from "./settings.ts";

/** What is told of a token, in RFC 7662's words; `guid` is the person's immutable key. */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly guid: string;
      readonly email: string;
      readonly username: string;
      readonly scope: string;
      readonly azp: string;
      readonly exp: number;
    };

const claim = (payload: JWTPayload, name: string): string => {
  const value = payload[name];
  return typeof value === "string" ? value : "";
};

/**
 * Makes the check of Keycloak's access tokens: signature, issuer, expiry, the client it was made for, and then the
 * state of the person now.
 *
 * @returns a function that throws when the realm's keys or the directory cannot be had
 */
export function createIntrospector(
  { issuer, jwksUrl, clients }: AccessSettings["tokens"],
  directory: Directory,
): (token: string) => Promise<Introspection> {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 3000 });
  return async (token) => {
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keys, {
        issuer,
        // SOGo looks at its token once a minute, and may bring one that ran out since; who is shut out is told below.
        clockTolerance: 65,
        requiredClaims: ["exp"],
        algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
      }));
    } catch (error) {
      // Codes of jose: what is wrong with the token begins thus, all else is the way to the keys.
      const code = (error as { code?: string }).code ?? "";
      if (/^ERR_(JWT|JWS|JOSE_ALG|JOSE_NOT)|^ERR_JWKS_NO_MATCHING_KEY/.test(code)) return { active: false };
      throw error;
    }
    const azp = claim(payload, "azp");
    if (!clients.includes(azp) || claim(payload, "typ") !== "Bearer") return { active: false };
    const guid = claim(payload, "guid");
    const login = claim(payload, "preferred_username") || claim(payload, "email");
    const person = guid ? await personByGuid(directory, guid) : await personByLogin(directory, login);
    if (!person?.open) return { active: false };
    return {
      active: true,
      guid: person.guid,
      email: person.mail,
      username: person.uid,
      scope: claim(payload, "scope"),
      azp,
      exp: payload.exp ?? 0,
    };
  };
}
