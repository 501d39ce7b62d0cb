import type { StackIdentity } from "../../config/index.ts";
import type { Probe } from "../../model/index.ts";
import { smokeName, smokeUser } from "./realm.ts";

/** Names of the secrets that the probes use, see `StackOutputs.secrets`. */
export const smokeSecrets = { password: "smoke-password", totp: "smoke-totp" } as const;

/** What a person could do with the login, tried from outside. */
export function ssoProbes(identity: StackIdentity): readonly Probe[] {
  const issuer = `${identity.origin("login")}/realms/planb`;
  return [
    {
      kind: "http",
      name: "sso-discovery",
      service: "sso",
      title: { en: "Login is there", da: "Login svarer" },
      url: `${issuer}/.well-known/openid-configuration`,
      contains: `"issuer":"${issuer}"`,
    },
    {
      kind: "login",
      name: "sso-login",
      service: "sso",
      title: { en: "A person logs in", da: "En person logger ind" },
      url: `${identity.origin("start")}/`,
      username: smokeUser,
      passwordSecret: smokeSecrets.password,
      totpSecret: smokeSecrets.totp,
      contains: smokeName,
      timeoutMs: 20_000,
    },
  ];
}
