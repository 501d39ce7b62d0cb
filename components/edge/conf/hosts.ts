import type { StackIdentity } from "../../../config/index.ts";
import type { EdgeConfig } from "../config.ts";
import { pagePolicy } from "../pages.ts";
import type { Route } from "../routes.ts";
import { oidcPath } from "../routes.ts";
import { pathExpression } from "./expression.ts";
import { basicConf, basicLocation, identityConf, oidcConf } from "./oidc.ts";

/** Paths of the root certificate at the start host: one for those who read Danish, one for the rest. */
export const rootCertificatePaths = ["/rod.crt", "/root.crt"] as const;

const pages = "/.planb/";
const rootAliases = rootCertificatePaths.map((path) => `  Alias ${path} /config/ca.pem`).join("\n");
const rootNames = rootCertificatePaths.map((path) => path.slice(1).replace(".", "\\.")).join("|");

const errorPages = `  Alias ${pages} /config/pages/
  ProxyPass ${pages} !
  ErrorDocument 400 ${pages}wrong.html
  ErrorDocument 401 ${pages}wrong.html
  ErrorDocument 403 ${pages}closed.html
  ErrorDocument 404 ${pages}missing.html
  ErrorDocument 413 ${pages}large.html
  ErrorDocument 500 ${pages}away.html
  ErrorDocument 502 ${pages}away.html
  ErrorDocument 503 ${pages}away.html
  ErrorDocument 504 ${pages}away.html
  <Location ${pages}>
    AuthType None
    Require all granted
    Header onsuccess set Content-Security-Policy "${pagePolicy}"
    Header always set Cache-Control "no-store"
  </Location>`;

/** How a host shows its certificate. */
export function tls(certificate: EdgeConfig["certificate"]): string {
  const files = "  SSLCertificateFile /config/tls/cert.pem\n  SSLCertificateKeyFile /config/tls/key.pem\n";
  return `  SSLEngine On\n${certificate.kind === "acme" ? "" : files}`;
}

/** Who asks for a name that is not ours gets nothing, over either port. The first host of a port is the default one. */
export function unknownHosts(identity: StackIdentity, config: EdgeConfig): string {
  const refuse = "  RewriteEngine On\n  RewriteRule ^ - [R=421,L]\n";
  // Over ACME there is no certificate for a name nobody knows: the handshake itself is answered with another's.
  const https = config.certificate.kind === "acme" ? tls({ kind: "internal" }) : tls(config.certificate);
  return `<VirtualHost *:${identity.httpPort}>
  ServerName unknown.invalid
${refuse}</VirtualHost>
<VirtualHost *:${identity.httpsPort}>
  ServerName unknown.invalid
${https}${refuse}</VirtualHost>
`;
}

/** A name over plain HTTP: the way to HTTPS, and at the start host the root certificate. */
export function plainHost(route: Route, identity: StackIdentity): string {
  const start = route.host === "start";
  return `<VirtualHost *:${identity.httpPort}>
  ServerName ${identity.hostName(route.host)}
${start ? `${rootAliases}\n` : ""}  RedirectMatch 308 "^/${start ? `(?!(?:${rootNames})$)` : ""}(.*)$" "${identity.origin(route.host)}/$1"
</VirtualHost>
`;
}

function pathRules(route: Route): string {
  const lines: string[] = [];
  if (route.home) lines.push(`  RewriteRule ^/?$ ${route.home}/ [R=302,L]`);
  if (route.only) {
    const known = [...route.only, pages, ...(route.host === "start" ? rootCertificatePaths : [])];
    lines.push(`  RewriteCond %{REQUEST_URI} !${pathExpression(known)} [OR]`);
    // A ";" begins what some servers cut away again, and with it a way around this list.
    lines.push("  RewriteCond %{REQUEST_URI} ;");
    lines.push("  RewriteRule ^ - [R=404,L]");
  }
  const { paths = [], from = [] } = route.restricted ?? {};
  // httpd knows no network of all addresses.
  const everybody = from.some((network) => network.endsWith("/0"));
  const some = from.length > 0 ? `Require ip ${from.join(" ")}` : "Require all denied";
  const requirement = everybody ? "Require all granted" : some;
  const closed = paths.map((path) => `  <Location "${path}">\n    ${requirement}\n  </Location>`);
  return [...lines, ...closed].join("\n");
}

function access(route: Route): string {
  const programs = (route.basic?.paths ?? []).map((path) => basicLocation(path));
  // Below paths for browsers, what was made of a program's password goes nowhere.
  const bare = route.basic ? "\n    RequestHeader unset Authorization" : "";
  if (route.login === "none")
    return [`  <Location "/">\n    Require all granted${bare}\n  </Location>`, ...programs].join("\n");
  const open = [...(route.host === "start" ? rootCertificatePaths : []), ...(route.open ?? [])];
  return [
    `  <Location "/">`,
    "    AuthType openid-connect",
    "    Require valid-user",
    identityConf(),
    "    RequestHeader unset Authorization",
    "  </Location>",
    ...open.map((path) => `  <Location "${path}">\n    AuthType None\n    Require all granted\n  </Location>`),
    ...programs,
  ].join("\n");
}

/** A host with a limit at most this large wants the length announced; above it, uploads may come in pieces. */
const announcedMiB = 4;

/**
 * The limit of a request's body. httpd's own directive does not hold for what a proxy passes on, so the announced
 * length is checked here; where pieces of unknown length are allowed, the service's own quota has to count them.
 */
function bodyLimit({ maxBodyMiB = 1 }: Route): string {
  const lines = [
    "RewriteEngine On",
    `RewriteCond expr "%{HTTP:Content-Length} -gt ${maxBodyMiB * 1048576}"`,
    "RewriteRule ^ - [R=413,L]",
  ];
  if (maxBodyMiB <= announcedMiB) {
    lines.push(
      `RewriteCond expr "%{HTTP:Transfer-Encoding} != ''" [OR]`,
      `RewriteCond expr "%{REQUEST_METHOD} in {'POST','PUT','PATCH'} && %{HTTP:Content-Length} == ''"`,
      "RewriteRule ^ - [R=411,L]",
    );
  }
  return lines.map((line) => `  ${line}`).join("\n");
}

/** Who answers below which path; httpd takes the first that fits, so the longest stands first. */
function proxies(route: Route): string {
  const { basic, upstreams = [], upstream, timeoutSeconds = 30 } = route;
  const below = [
    ...upstreams.flatMap(({ paths, ...to }) => paths.map((path) => ({ path, to }))),
    ...(basic?.upstream ? basic.paths.map((path) => ({ path, to: basic.upstream ?? upstream })) : []),
  ].sort((a, b) => b.path.length - a.path.length);
  return [...below, { path: "/", to: upstream }]
    .map(({ path, to }) => {
      const behind = `https://${to.workload}:${to.port}${path}`;
      return `  ProxyPass ${path} ${behind} connectiontimeout=3 timeout=${timeoutSeconds} retry=0 addressttl=5
  ProxyPassReverse ${path} ${behind}`;
    })
    .join("\n");
}

/** A public host name over HTTPS and the service behind it. */
export function publicHost(route: Route, identity: StackIdentity, config: EdgeConfig): string {
  const frames = route.frames === "same-origin" ? "SAMEORIGIN" : "DENY";
  const policy =
    route.contentSecurityPolicy ??
    "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
  const start = route.host === "start";
  return `<VirtualHost *:${identity.httpsPort}>
  ServerName ${identity.hostName(route.host)}
${tls(config.certificate)}${route.http1 ? "  Protocols http/1.1\n" : ""}${bodyLimit(route)}
  Header onsuccess unset X-Frame-Options
  Header always set X-Frame-Options ${frames}
  Header onsuccess setifempty Content-Security-Policy "${policy}"
  RequestHeader set X-Forwarded-Proto https
  RequestHeader set X-Forwarded-Port ${identity.httpsPort}
${start ? `${rootAliases}\n${rootCertificatePaths.map((path) => `  ProxyPass ${path} !`).join("\n")}\n` : ""}${access(route)}
${errorPages}
${pathRules(route)}
${route.login === "required" ? `${oidcConf(route.host, identity, config)}\n  ProxyPass ${oidcPath} !\n` : ""}${basicConf(route)}
${proxies(route)}
</VirtualHost>
`;
}
