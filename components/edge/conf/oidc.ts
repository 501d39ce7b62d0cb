import type { StackIdentity } from "../../../config/index.ts";
import { type IdentityClaim, identityClaims } from "../../../model/identity-headers.ts";
import type { EdgeConfig } from "../config.ts";
import { oidcPath } from "../routes.ts";

/**
 * The login in front of a host. The addresses of Keycloak are written out, so that edge starts and recovers without
 * it; what edge asks Keycloak itself goes straight to the workload, what a browser asks goes by the public name.
 */
export function oidcConf(host: string, identity: StackIdentity, config: EdgeConfig): string {
  const issuer = `${identity.origin("login")}/realms/planb`;
  const protocol = "protocol/openid-connect";
  const behind = `https://sso:8443/realms/planb/${protocol}`;
  const origin = identity.origin(host);
  return `
  OIDCProviderIssuer ${issuer}
  OIDCProviderAuthorizationEndpoint ${issuer}/${protocol}/auth
  OIDCProviderEndSessionEndpoint ${issuer}/${protocol}/logout
  OIDCProviderTokenEndpoint ${behind}/token
  OIDCProviderJwksUri ${behind}/certs
  OIDCProviderTokenEndpointAuth client_secret_basic
  OIDCProviderBackChannelLogoutSupported On
  OIDCSSLValidateServer On
  OIDCCABundlePath /config/ca.pem
  OIDCHTTPTimeoutShort 3 2 0
  OIDCHTTPTimeoutLong 10 3 0
  OIDCClientID edge
  OIDCRedirectURI ${origin}${oidcPath}
  OIDCRedirectURLsAllowed ^${origin.replaceAll(".", "\\.")}/
  OIDCDefaultURL ${origin}/
  OIDCDefaultLoggedOutURL ${origin}/
  OIDCResponseType code
  OIDCPKCEMethod S256
  OIDCScope "openid profile email"
  OIDCXForwardedHeaders none
  OIDCRemoteUserClaim preferred_username
  OIDCPassClaimsAs environment base64url
  OIDCPassIDTokenAs claims
  OIDCPassUserInfoAs claims
  OIDCClaimDelimiter ,
  OIDCSessionInactivityTimeout ${config.idleMinutes * 60}
  OIDCSessionMaxDuration ${config.sessionHours * 3600}
  OIDCCookie __Host-planb-${host}
  OIDCCookieHTTPOnly On
  OIDCCookieSameSite Lax
  OIDCStripCookies __Host-planb-${host}
  # A page that is opened leads to the login; a form sent or a script's call without a session is told so.
  OIDCUnAuthAction auth "%{REQUEST_METHOD} in {'GET','HEAD'} && %{HTTP:X-Requested-With} != 'XMLHttpRequest'"
  OIDCStateMaxNumberOfCookies 5 true
  OIDCStateTimeout 900
  # Access tokens live 60 s: whoever is disabled is out by then, even when Keycloak could not tell.
  OIDCRefreshAccessTokenBeforeExpiry 5 authenticate_on_error`;
}

/** Tells the service who is logged in; empty where no login was asked for. */
export function identityConf(): string {
  const claims = Object.entries(identityClaims) as [IdentityClaim, string][];
  return [
    ...claims.map(
      ([header, claim]) =>
        `RequestHeader set x-planb-\${identityKey}-${header.toLowerCase()} "expr=%{reqenv:OIDC_CLAIM_${claim}}"`,
    ),
    `RequestHeader set x-planb-\${identityKey}-token "expr=%{reqenv:OIDC_access_token}"`,
  ]
    .map((line) => `    ${line}`)
    .join("\n");
}
