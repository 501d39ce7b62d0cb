import type { StackIdentity } from "../../config/index.ts";

/** A workload and its HTTPS port. */
export interface Upstream {
  readonly workload: string;
  readonly port: number;
}

/** A public host name and what stands behind it. A component offers its own; edge serves them all. */
export interface Route {
  /** Folder name of the component, e.g. "portal". */
  readonly service: string;
  /** First label of the public host name: "start" is reached at `start.<domain>`. */
  readonly host: string;
  /** The workload that answers, over HTTPS; its certificate must be valid for its name and come from the stack's CA. */
  readonly upstream: Upstream;
  /** Whether edge asks for a login, or the service looks after that itself. */
  readonly login: "required" | "none";
  /** Other workloads that answer below path prefixes, the longest prefix first. Default: none. */
  readonly upstreams?: readonly (Upstream & { readonly paths: readonly string[] })[];
  /**
   * Path prefixes for programs, not browsers: they prove themselves by HTTP Basic, with an app password where the person
   * needs a second factor. The service gets the usual identity headers, never the password. Default: none.
   */
  readonly basic?: {
    readonly paths: readonly string[];
    readonly protocol: "dav";
    /** Who answers there. Default: the route's own workload. */
    readonly upstream?: Upstream;
  };
  /** Path prefixes that need no login where one is required. Default: none. */
  readonly open?: readonly string[];
  /**
   * Path prefixes, each ending in "/", below which the path itself is a secret, e.g. a link with a token: the log tells
   * the prefix alone, of any host. Default: none.
   */
  readonly secret?: readonly string[];
  /** The only path prefixes passed on; all else is "not found". Default: everything. */
  readonly only?: readonly string[];
  /** Path prefixes that answer only to these addresses (CIDR); an empty list closes them. Default: none. */
  readonly restricted?: { readonly paths: readonly string[]; readonly from: readonly string[] };
  /** Origin that the bare host name leads to, where the service has no page there. Default: passed on. */
  readonly home?: string;
  /** Largest request body in MiB. Default: 1. */
  readonly maxBodyMiB?: number;
  /** Seconds the service may take to answer. Default: 30. */
  readonly timeoutSeconds?: number;
  /**
   * Whether browsers and programs are spoken to in HTTP/1.1 only. For large files: httpd hands each byte of HTTP/2 from
   * thread to thread, at twice the CPU. Default: HTTP/2 where they can.
   */
  readonly http1?: boolean;
  /** Who may show the service's pages in a frame. Default: nobody. */
  readonly frames?: "nobody" | "same-origin";
  /** Content-Security-Policy of answers that carry none of their own. Default: nothing but what comes from the host itself. */
  readonly contentSecurityPolicy?: string;
}

/** Pages that edge serves itself, to everybody, under a name of their own outside the stack's domain. */
export interface Site {
  /** Folder name of the component that offers it, e.g. "mail". */
  readonly service: string;
  /** Whole host name, e.g. "mta-sts.ringsted.dk". */
  readonly hostName: string;
  /** Text and media type by path; all else is "not found". */
  readonly pages: Readonly<Record<string, { readonly type: string; readonly text: string }>>;
}

/** Path of the OpenID Connect callbacks on every host that asks for a login: redirect, logout, back-channel logout. */
export const oidcPath = "/oidc";

/** First label of the public host name with the login pages. */
export const loginHost = "login";

/** Name of the one realm of a stack. */
const realm = "planb";

/**
 * The login pages: of Keycloak only the realm and its static files are public. The administration console and the
 * master realm answer only to the addresses in `edge.adminFrom`.
 *
 * @param adminFrom addresses (CIDR)
 */
export function loginRoute(identity: StackIdentity, adminFrom: readonly string[]): Route {
  const admin = ["/admin/", "/realms/master/"];
  return {
    service: "sso",
    host: loginHost,
    upstream: { workload: "sso", port: 8443 },
    login: "none",
    only: [`/realms/${realm}/`, "/resources/", "/robots.txt", ...(adminFrom.length > 0 ? admin : [])],
    restricted: { paths: admin, from: adminFrom },
    home: identity.origin("start"),
    frames: "same-origin",
    timeoutSeconds: 15,
  };
}

/** What the OpenID Connect client of one host must allow at Keycloak. */
export interface OidcClientUrls {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  /** Keycloak tells this address when a session has ended. */
  readonly backchannelLogoutUrl: string;
}

/** Name of a host's client at Keycloak. Each has its own, for Keycloak tells one address a client that somebody logged out. */
export const oidcClientId = (host: string): string => (host === "start" ? "edge" : `edge-${host}`);

/** Addresses of the clients of edge, one for each host that asks for a login. @param hosts first labels of their names */
export function oidcClientUrls(identity: StackIdentity, hosts: readonly string[]): readonly OidcClientUrls[] {
  return hosts.map((host) => ({
    clientId: oidcClientId(host),
    redirectUris: [`${identity.origin(host)}${oidcPath}`],
    postLogoutRedirectUris: [`${identity.origin(host)}/*`],
    backchannelLogoutUrl: `${identity.origin(host)}${oidcPath}?logout=backchannel`,
  }));
}
