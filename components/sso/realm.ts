import type { StackIdentity } from "../../config/index.ts";
import { oidcClientUrls } from "../edge/routes.ts";
import type { SsoConfig } from "./config.ts";
import { ssoName, ssoPort } from "./workloads.ts";

/** What the realm needs to know of the shadow directory. */
export interface SsoDirectory {
  /** Who may say what a password is. */
  readonly authority: "ad" | "planb";
}

/** Where the groupware takes people back after the login, and after they logged out. */
export interface SsoGroupware {
  readonly redirectUri: string;
  readonly postLogoutRedirectUri: string;
  /** Where Keycloak tells, inside the stack, that somebody has logged out. */
  readonly backchannelLogoutUrl: string;
}

/** User name of the account that probes log in with; the steward makes it in the shadow directory. */
export const smokeUser = "planb-proeve";
/** Mail address of the smoke account. @param mailDomain first mail domain of the stack */
export const smokeAddress = (mailDomain: string): string => `${smokeUser}@${mailDomain}`;
/** Name of the smoke account, as pages show it. */
export const smokeName = "Planb Prøve";

/** A group's short stable id: "g" and the first twelve digits of its GUID. */
export const shortGroupId = (group: string): string =>
  group.startsWith("g") ? group : `g${group.replaceAll("-", "").slice(0, 12)}`;

/** Content of the steward's `/config/realm.json`; its form is `realmConfig` of steward/realm/config.ts. */
export function realmJson(
  config: SsoConfig,
  identity: StackIdentity,
  directory: SsoDirectory,
  groupware?: SsoGroupware,
  loginHosts: readonly string[] = ["start"],
): string {
  const { requiredFor, methods } = config.secondFactor;
  const realm = {
    url: `https://${ssoName}:${ssoPort}`,
    municipality: identity.municipality,
    language: identity.language,
    directory: {
      url: "ldaps://directory:1636",
      bindDn: "cn=keycloak,ou=services,dc=planb",
      usersDn: "ou=people,dc=planb",
    },
    authority: directory.authority,
    secondFactor: { requiredFor: requiredFor === "all" ? requiredFor : requiredFor.map(shortGroupId), methods },
    lockout: config.lockout,
    session: config.session,
    eventDays: config.eventDays,
    edge: oidcClientUrls(identity, loginHosts),
    groupware,
    breakGlass: config.breakGlass,
    smoke: smokeUser,
  };
  return `${JSON.stringify(realm, undefined, 2)}\n`;
}
