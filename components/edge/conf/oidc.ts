import type { StackIdentity } from "../../../config/index.ts";
import { type IdentityClaim, identityClaims } from "../../../model/identity-headers.ts";
import { accessUrl } from "../../access/workloads.ts";
import type { EdgeConfig } from "../config.ts";
import { oidcClientId, oidcPath, type Route } from "../routes.ts";

/** Where the sessions of a host are: apart, for Keycloak's word that somebody has logged out finds one session in each. */
export const sessionFolder = (host: string): string => `/run/edge/sessions/${host}`;

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
  OIDCClientID ${oidcClientId(host)}
  OIDCCacheDir ${sessionFolder(host)}
  OIDCRedirectURI ${origin}${oidcPath}
  OIDCRedirectURLsAllowed ^${origin.replaceAll(".", "\\.")}/
  OIDCDefaultURL ${origin}/
  OIDCDefaultLoggedOutURL ${origin}/
  OIDCResponseType code
  OIDCPKCEMethod S256
  OIDCScope "openid profile email"
  OIDCXForwardedHeaders none
  OIDCRemoteUserClaim preferred_username
  OIDCPassIDTokenAs claims
  OIDCPassUserInfoAs claims
  OIDCSessionInactivityTimeout ${config.idleMinutes * 60}
  OIDCSessionMaxDuration ${config.sessionHours * 3600}
  OIDCCookie __Host-planb-${host}
  OIDCCookieHTTPOnly On
  OIDCCookieSameSite Lax
  OIDCStripCookies __Host-planb-${host}
  # A page that is opened leads to the login; a form sent or a script's call without a session is told so.
  OIDCUnAuthAction 401 "!(%{REQUEST_METHOD} in {'GET','HEAD'}) || %{HTTP:X-Requested-With} == 'XMLHttpRequest'"
  OIDCStateMaxNumberOfCookies 5 true
  OIDCStateTimeout 900
  # Access tokens live 60 s: whoever is disabled is out by then, even when Keycloak could not tell.
  OIDCRefreshAccessTokenBeforeExpiry 5 authenticate_on_error`;
}

/** How access is asked about what {@link basicConf} makes of HTTP Basic: the server's own, for the secrets stand there. */
export const basicServerConf = `# The module asks for id and secret, and then sends the bearer token alone.
OIDCOAuthIntrospectionEndpoint ${accessUrl}/basic
OIDCOAuthClientID edge
OIDCOAuthIntrospectionEndpointMethod POST
OIDCOAuthIntrospectionEndpointAuth bearer_access_token
OIDCOAuthSSLValidateServer On
OIDCOAuthTokenExpiryClaim exp absolute mandatory
OIDCOAuthRemoteUserClaim planb
OIDCOAuthAcceptTokenAs header
# How claims stand in the environment, behind a login and behind Basic alike; no header is made of them but ours.
OIDCPassClaimsAs environment base64url
OIDCClaimDelimiter ,`;

/**
 * HTTP Basic for programs: what they send becomes a token that access is asked about (RFC 7662), with the client's address
 * for its count of guesses. What access says is kept for as long as it says, sealed; never anything of a refusal.
 */
export function basicConf({ host, basic }: Route): string {
  if (!basic) return "";
  return `
  # Nobody else's token gets here: what is no Basic goes, what is one becomes one.
  RequestHeader edit Authorization "^(?![Bb]asic [A-Za-z0-9+/=]+$).*$" "" early
  RequestHeader set Authorization "expr=%{req:Authorization}~%{REMOTE_ADDR}" early
  RequestHeader edit Authorization "^[Bb]asic (.+)$" "Bearer $1" early
  Header always edit WWW-Authenticate "^Bearer.*$" "Basic realm=\\"${host}\\", charset=\\"UTF-8\\""`;
}

/** What holds below the paths for programs. */
export function basicLocation(path: string): string {
  return `  <Location "${path}">
    AuthType oauth20
    Require claim planb:in
    Require claim planb:wait
    Require claim planb:away
${identityConf(false)}
    RequestHeader unset Authorization
    RewriteEngine On
    RewriteCond %{REMOTE_USER} =wait
    RewriteRule ^ - [R=429,L]
    RewriteCond %{REMOTE_USER} =away
    RewriteRule ^ - [R=503,L]
  </Location>`;
}

/**
 * Tells the service who is logged in; empty where no login was asked for.
 *
 * @param token whether the access token is passed on too
 */
export function identityConf(token = true): string {
  const claims = Object.entries(identityClaims) as [IdentityClaim, string][];
  return [
    ...claims.map(
      ([header, claim]) =>
        `RequestHeader set x-planb-\${identityKey}-${header.toLowerCase()} "expr=%{reqenv:OIDC_CLAIM_${claim}}"`,
    ),
    token
      ? `RequestHeader set x-planb-\${identityKey}-token "expr=%{reqenv:OIDC_access_token}"`
      : `RequestHeader unset x-planb-\${identityKey}-token`,
  ]
    .map((line) => `    ${line}`)
    .join("\n");
}
