/** Keycloak does not answer, or not yet; the caller tries again later. */
export class KeycloakUnavailable extends Error {
  override readonly name = "KeycloakUnavailable";
}

/** Keycloak answered that it would not do what was asked; trying again as it is does not help. */
export class RealmError extends Error {
  override readonly name = "RealmError";
}
