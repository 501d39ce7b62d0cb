import { z } from "zod";

/** Ways of proving oneself a second time. */
export const secondFactors = ["totp", "webauthn", "passkey", "recoveryCodes"] as const;

/** A second factor: code from an app, security key, passkey (no password at all), printed recovery codes. */
export type SecondFactor = (typeof secondFactors)[number];

/** What `/config/realm.json` of the steward holds: everything about the realm that differs between stacks. No secrets. */
export const realmConfig = z.strictObject({
  /** Where the steward reaches Keycloak, e.g. "https://sso:8443". */
  url: z.url(),
  /** The municipality's name, shown on the login page. */
  municipality: z.string(),
  language: z.enum(["da", "en"]),
  directory: z.strictObject({ url: z.string(), bindDn: z.string(), usersDn: z.string() }),
  /** Who may say what a password is: while it is `ad`, people change it there. */
  authority: z.enum(["ad", "planb"]),
  secondFactor: z.strictObject({
    /** Everybody, or the members of these groups (short ids). */
    requiredFor: z.union([z.literal("all"), z.array(z.string())]),
    methods: z.array(z.enum(secondFactors)).min(1),
  }),
  lockout: z.strictObject({ failures: z.int(), minutes: z.int() }),
  session: z.strictObject({ idleMinutes: z.int(), maxHours: z.int() }),
  /** Days events are kept. */
  eventDays: z.int(),
  /** The OpenID Connect clients in front of the services, one a host. */
  edge: z.array(
    z.strictObject({
      clientId: z.string(),
      redirectUris: z.array(z.string()),
      postLogoutRedirectUris: z.array(z.string()),
      backchannelLogoutUrl: z.string(),
    }),
  ),
  /** The groupware, which logs people in itself. Absent: its client is shut. */
  groupware: z
    .strictObject({ redirectUri: z.string(), postLogoutRedirectUri: z.string(), backchannelLogoutUrl: z.string() })
    .optional(),
  /** User name of the local administrator for the day when nothing else lets one in. */
  breakGlass: z.string(),
  /** User name of the account that probes log in with. */
  smoke: z.string(),
});

/** The checked `/config/realm.json`. */
export type RealmConfig = z.infer<typeof realmConfig>;

/** What the steward needs to know beside the configuration; file names below its `/config` are in {@link realmSecretFiles}. */
export interface RealmSecrets {
  /** Secret of the client `steward` in the master realm. */
  readonly steward: string;
  /** Password of `cn=keycloak,ou=services,dc=planb`. */
  readonly directory: string;
  /** Secret of the OpenID Connect clients of edge. */
  readonly edgeClient: string;
  /** Secret of the OpenID Connect client `groupware`. */
  readonly groupwareClient: string;
  readonly breakGlassPassword: string;
  /** TOTP seed of the break-glass administrator, base32. */
  readonly breakGlassTotp: string;
  /** TOTP seed of the smoke account, base32. */
  readonly smokeTotp: string;
}

/** Where the steward finds {@link RealmSecrets}, below `/config`. */
export const realmSecretFiles = {
  steward: "secrets/keycloak-steward",
  directory: "secrets/directory-keycloak",
  edgeClient: "secrets/edge-client",
  groupwareClient: "secrets/groupware-client",
  breakGlassPassword: "secrets/break-glass-password",
  breakGlassTotp: "secrets/break-glass-totp",
  smokeTotp: "secrets/smoke-totp",
} as const satisfies Record<keyof RealmSecrets, string>;

/** The one realm of a stack. */
export const realmName = "planb";

/** The steward's client in the master realm, made by Keycloak at its first start. */
export const stewardClientId = "steward";

/** States of a person (`planbState`) in which nobody may enter, by whatever factor. */
export const lockedStates: readonly string[] = ["disabled", "locked", "accountExpired", "deleted"];
