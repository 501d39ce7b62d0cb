import type { StackIdentity } from "../../../config/index.ts";
import type { EdgeConfig } from "../config.ts";
import type { Route, Site } from "../routes.ts";
import { plainHost, publicHost, unknownHosts } from "./hosts.ts";
import { serverConf } from "./server.ts";
import { siteHost } from "./sites.ts";

export { siteFiles } from "./sites.ts";

/** Renders httpd's configuration for the stack's routes and sites. Pure; the secrets stand in a file of their own. */
export function edgeConf(
  identity: StackIdentity,
  config: EdgeConfig,
  routes: readonly Route[],
  sites: readonly Site[] = [],
): string {
  return [
    serverConf(
      config,
      identity,
      routes.flatMap(({ secret = [] }) => secret),
    ),
    config.certificate.kind === "acme" ? acmeConf(config.certificate, identity, routes, sites) : "",
    unknownHosts(identity, config),
    ...routes.map((route) => plainHost(route, identity)),
    ...routes.map((route) => publicHost(route, identity, config)),
    ...sites.map((site) => siteHost(site, identity, config)),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

type Acme = Extract<EdgeConfig["certificate"], { kind: "acme" }>;

/**
 * One certificate for all names of the stack's domain, fetched before it is needed, kept in the workload's volume. Each
 * site has its own: a name that the DNS does not know yet holds up no other.
 */
function acmeConf(
  { directory, contact, root }: Acme,
  identity: StackIdentity,
  routes: readonly Route[],
  sites: readonly Site[],
): string {
  return `MDStoreDir /data/md
MDCertificateAuthority ${directory}
${root ? "MDCACertificateFile /config/acme-roots.pem\n" : ""}MDCertificateAgreement accepted
MDContactEmail ${contact}
MDPrivateKeys secp256r1
MDRenewMode always
MDRenewWindow 33%
MDPortMap http:${identity.httpPort} https:${identity.httpsPort}
MDMessageCmd /usr/local/bin/certificate-renewed
MDomain ${routes.map((route) => identity.hostName(route.host)).join(" ")} manual
${sites.map(({ hostName }) => `MDomain ${hostName} manual\n`).join("")}`;
}

/** What {@link edgeSecretConf} writes. */
export interface EdgeSecrets {
  readonly identityKey: string;
  /** Of the clients at Keycloak. */
  readonly clientSecret: string;
  /** Seals cookies and sessions. */
  readonly passphrase: string;
  /** By which access knows edge. */
  readonly accessToken: string;
}

/**
 * The include with all that is secret: how the identity headers are named, the client's secret at Keycloak and what
 * seals cookies. All come as characters that need no quoting.
 */
export function edgeSecretConf(secrets: EdgeSecrets): string {
  return `Define identityKey ${secrets.identityKey}
OIDCClientSecret ${secrets.clientSecret}
OIDCCryptoPassphrase ${secrets.passphrase}
OIDCOAuthIntrospectionClientAuthBearerToken ${secrets.accessToken}
OIDCOAuthClientSecret ${secrets.accessToken}
`;
}
