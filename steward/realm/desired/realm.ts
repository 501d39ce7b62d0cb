import type RealmRepresentation from "@keycloak/keycloak-admin-client/lib/defs/realmRepresentation.js";
import type RequiredActionProviderRepresentation from "@keycloak/keycloak-admin-client/lib/defs/requiredActionProviderRepresentation.js";
import { type RealmConfig, realmName } from "../config.ts";

const htmlEntities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => htmlEntities[character] ?? character);

/** Guessing and watching, the same in both realms. */
function protection({ lockout, eventDays }: RealmConfig) {
  return {
    bruteForceProtected: true,
    permanentLockout: false,
    failureFactor: lockout.failures,
    waitIncrementSeconds: lockout.minutes * 60,
    maxFailureWaitSeconds: lockout.minutes * 60 * 4,
    maxDeltaTimeSeconds: 3600,
    quickLoginCheckMilliSeconds: 200,
    minimumQuickLoginWaitSeconds: 60,
    eventsEnabled: true,
    eventsExpiration: eventDays * 86_400,
    adminEventsEnabled: true,
    adminEventsDetailsEnabled: true,
    attributes: { adminEventsExpiration: String(eventDays * 86_400) },
  } satisfies RealmRepresentation;
}

/** Settings of the municipality's realm; clients, flows and federation stand beside it. */
export function desiredRealmSettings(config: RealmConfig): RealmRepresentation & Record<string, unknown> {
  const { municipality, session, secondFactor } = config;
  return {
    ...protection(config),
    realm: realmName,
    enabled: true,
    displayName: municipality,
    displayNameHtml: escapeHtml(municipality),
    sslRequired: "all",
    loginTheme: "planb",
    accountTheme: "planb",
    emailTheme: "planb",
    internationalizationEnabled: true,
    supportedLocales: ["da", "en"],
    defaultLocale: config.language,
    registrationAllowed: false,
    resetPasswordAllowed: false,
    rememberMe: false,
    verifyEmail: false,
    editUsernameAllowed: false,
    // Two people may share a mailbox in AD; our login form finds a person by an address only one has.
    loginWithEmailAllowed: false,
    duplicateEmailsAllowed: true,
    passwordPolicy: "length(12) and notUsername(undefined) and notEmail(undefined)",
    // Nobody can take an access token back, so none outlives a minute.
    accessTokenLifespan: 60,
    ssoSessionIdleTimeout: session.idleMinutes * 60,
    ssoSessionMaxLifespan: session.maxHours * 3600,
    accessCodeLifespanLogin: 1800,
    accessCodeLifespanUserAction: 900,
    revokeRefreshToken: false,
    otpPolicyType: "totp",
    otpPolicyAlgorithm: "HmacSHA1",
    otpPolicyDigits: 6,
    otpPolicyPeriod: 30,
    otpPolicyLookAheadWindow: 1,
    otpPolicyCodeReusable: false,
    webAuthnPolicyRpEntityName: municipality,
    webAuthnPolicyUserVerificationRequirement: "preferred",
    webAuthnPolicyPasswordlessRpEntityName: municipality,
    webAuthnPolicyPasswordlessUserVerificationRequirement: "required",
    webAuthnPolicyPasswordlessPasskeysEnabled: secondFactor.methods.includes("passkey"),
  };
}

/** Settings of the master realm, where only the steward and the break-glass administrator live. */
export function desiredMasterSettings(config: RealmConfig): RealmRepresentation {
  return {
    ...protection(config),
    realm: "master",
    sslRequired: "all",
    registrationAllowed: false,
    resetPasswordAllowed: false,
  };
}

/** What a person may be asked to do at a login. */
export function desiredRequiredActions(config: RealmConfig): RequiredActionProviderRepresentation[] {
  const { methods } = config.secondFactor;
  const action = (alias: string, enabled: boolean) => ({ alias, enabled, defaultAction: false });
  return [
    action("PLANB_SET_PASSWORD", true),
    // While AD is the authority, people change their password there.
    action("UPDATE_PASSWORD", config.authority === "planb"),
    action("CONFIGURE_TOTP", methods.includes("totp")),
    action("webauthn-register", methods.includes("webauthn")),
    action("webauthn-register-passwordless", methods.includes("passkey")),
    action("CONFIGURE_RECOVERY_AUTHN_CODES", methods.includes("recoveryCodes")),
    action("delete_credential", true),
    action("update_user_locale", true),
    // Who a person is comes from the directory alone.
    ...[
      "UPDATE_PROFILE",
      "VERIFY_PROFILE",
      "VERIFY_EMAIL",
      "UPDATE_EMAIL",
      "TERMS_AND_CONDITIONS",
      "delete_account",
      "idp_link",
    ].map((alias) => action(alias, false)),
  ];
}
