import type RealmRepresentation from "@keycloak/keycloak-admin-client/lib/defs/realmRepresentation.js";
import type RequiredActionProviderRepresentation from "@keycloak/keycloak-admin-client/lib/defs/requiredActionProviderRepresentation.js";
import type { UserProfileConfig } from "@keycloak/keycloak-admin-client/lib/defs/userProfileMetadata.js";
import type { RealmConfig, RealmSecrets } from "../config.ts";
import { type DesiredClient, desiredClients } from "./clients.ts";
import { type DesiredFederation, desiredFederation, desiredProfile } from "./federation.ts";
import { desiredBrowserFlow, type Step } from "./flow.ts";
import { desiredMasterSettings, desiredRealmSettings, desiredRequiredActions } from "./realm.ts";

/** A realm as the code wants it: plain data, so that two of them can be compared. */
export interface DesiredRealm {
  readonly settings: RealmRepresentation;
  readonly master: RealmRepresentation;
  readonly requiredActions: readonly RequiredActionProviderRepresentation[];
  readonly profile: UserProfileConfig;
  readonly federation: DesiredFederation;
  readonly clients: readonly DesiredClient[];
  readonly browserFlow: readonly Step[];
}

/** The whole realm from the stack's settings. Pure. */
export function desiredRealm(config: RealmConfig, secrets: RealmSecrets): DesiredRealm {
  return {
    settings: desiredRealmSettings(config),
    master: desiredMasterSettings(config),
    requiredActions: desiredRequiredActions(config),
    profile: desiredProfile(),
    federation: desiredFederation(config, secrets),
    clients: desiredClients(config, secrets),
    browserFlow: desiredBrowserFlow(config),
  };
}
