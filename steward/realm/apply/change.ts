import type KeycloakAdminClient from "@keycloak/keycloak-admin-client";

/** Where the parts of a convergence do their work and tell what they changed. */
export interface Applying {
  readonly admin: KeycloakAdminClient;
  /** Changes made, in words: what, and which fields. */
  readonly changes: string[];
}
