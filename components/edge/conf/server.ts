import { type IdentityClaim, identityClaims } from "../../../model/identity-headers.ts";
import type { EdgeConfig } from "../config.ts";
import { foreignIdentityHeaders } from "../foreign-headers.ts";
import { pathExpression } from "./expression.ts";
import { basicServerConf } from "./oidc.ts";

const modules = [
  "mpm_event",
  "alias",
  "authn_core",
  "authz_core",
  "authz_host",
  "authz_user",
  "headers",
  "http2",
  "mime",
  "proxy",
  "proxy_http",
  "reqtimeout",
  "rewrite",
  "setenvif",
  "socache_shmcb",
  "ssl",
  "auth_openidc",
];

/** Modules httpd loads, with ACME's only where it is used. */
function loadModules(certificate: EdgeConfig["certificate"]): string[] {
  const all = certificate.kind === "acme" ? [...modules, "md"] : modules;
  return all.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
}

/** Claims whose headers are taken from every request before anything else looks at it. */
const claims = Object.keys(identityClaims) as IdentityClaim[];

/** What holds for the whole server: processes, limits, logs, TLS, headers. */
export function serverConf(
  config: EdgeConfig,
  ports: { httpPort: number; httpsPort: number },
  secretPaths: readonly string[],
): string {
  return `# Made by the program from the stack file; changes here are lost.
ServerRoot /usr/lib/apache2
ServerName edge
DefaultRuntimeDir /run/edge
PidFile /run/edge/httpd.pid
Mutex file:/run/edge default
${loadModules(config.certificate).join("\n")}
Include /config/secrets/edge.conf

Listen ${ports.httpPort}
Listen ${ports.httpsPort} https
Protocols h2 http/1.1

# One child, so that a small stack stays small; a second one joins under load.
StartServers 1
ServerLimit 2
ThreadLimit 64
ThreadsPerChild 64
MinSpareThreads 8
MaxSpareThreads 128
MaxRequestWorkers 128
H2MinWorkers 2
H2MaxWorkers 32
H2MaxSessionStreams 50

# Limits: who is slow, long or many is shown the door.
Timeout 60
KeepAlive On
KeepAliveTimeout 5
MaxKeepAliveRequests 200
RequestReadTimeout handshake=5 header=10-20,MinRate=500 body=20,MinRate=500
LimitRequestLine 8190
LimitRequestFields 60
LimitRequestFieldSize 8190
LimitRequestBody 1048576
HttpProtocolOptions Strict
TraceEnable Off
AllowEncodedSlashes Off
FileETag None
ServerTokens Prod
ServerSignature Off
TypesConfig /usr/local/share/edge/mime.types
AddDefaultCharset utf-8

# The log tells who asked for which path, never what was in a query, a cookie or a form.
LogLevel warn auth_openidc:error ssl:error
ErrorLog /dev/stderr
ErrorLogFormat "%{cu}t [%m:%l] [client\\ %a] %M"
${accessLog(secretPaths)}

<Directory "/">
  AllowOverride None
  Require all denied
</Directory>
<Directory "/config/pages">
  Require all granted
</Directory>
<Directory "/config/sites">
  Require all granted
</Directory>
<Files "ca.pem">
  Require all granted
  ForceType application/x-x509-ca-cert
</Files>

SSLProtocol -all +TLSv1.2 +TLSv1.3
SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20
SSLHonorCipherOrder Off
SSLSessionTickets Off
SSLSessionCache shmcb:/run/edge/tls(512000)
SSLSessionCacheTimeout 300

# A login lives in a sealed file in memory (/run/edge); the browser holds no more than its number. Said here, for all
# hosts: a host with shared memory of its own would take 40 MiB from the start.
OIDCSessionType server-cache
OIDCCacheType file
OIDCCacheDir /run/edge/sessions
OIDCCacheEncrypt On

${basicServerConf}
OIDCCABundlePath /config/ca.pem

# Every link behind is TLS, checked against the stack's authority. Names are asked again, so a new container is found.
SSLProxyEngine On
SSLProxyProtocol -all +TLSv1.2 +TLSv1.3
SSLProxyVerify require
SSLProxyCheckPeerName On
SSLProxyCheckPeerExpire On
SSLProxyCACertificateFile /config/ca.pem
ProxyRequests Off
ProxyPreserveHost Off
ProxyVia Off
ProxyErrorOverride On 502 503 504

# Nobody outside tells who they are or how they came.
${foreignIdentityHeaders.map((name) => `RequestHeader unset ${name} early`).join("\n")}
${claims.map((claim) => `RequestHeader unset x-planb-\${identityKey}-${claim.toLowerCase()} early`).join("\n")}
RequestHeader unset x-planb-\${identityKey}-token early
RequestHeader unset Proxy early

${securityHeaders(config)}
`;
}

/**
 * Who asked for which path. Below a secret prefix the prefix alone is told, on every host and over plain HTTP too: a
 * link may be typed wrong. The path is looked at when all is done, as httpd understood it; httpd's own errors there
 * would tell it as well, so those of its proxy are left out.
 */
function accessLog(secretPaths: readonly string[]): string {
  const line = (path: string) => `"%{%Y-%m-%dT%H:%M:%S}t %a %v \\"%m ${path} %H\\" %>s %B %{ms}T"`;
  const others = "! -R '127.0.0.1/32'"; // not edge's own health check
  const below = (prefixes: readonly string[]) => `%{REQUEST_URI} =~ m#${pathExpression(prefixes)}#`;
  const plain = secretPaths.length === 0 ? others : `${others} && ! (${below(secretPaths)})`;
  return [
    `CustomLog /dev/stdout ${line("%U")} "expr=${plain}"`,
    ...secretPaths.flatMap((prefix) => [
      `CustomLog /dev/stdout ${line(`${prefix}...`)} "expr=${others} && ${below([prefix])}"`,
      `<Location "${prefix}">\n  LogLevel proxy:crit proxy_http:crit\n</Location>`,
    ]),
  ].join("\n");
}

/** Headers of every answer. What a service behind sets of these is replaced, so that none is there twice. */
function securityHeaders({ hstsDays }: EdgeConfig): string {
  const headers = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
  };
  const always = Object.entries(headers).flatMap(([name, value]) => [
    `Header onsuccess unset ${name}`,
    `Header always set ${name} "${value}"`,
  ]);
  const hsts = [
    "Header onsuccess unset Strict-Transport-Security",
    ...(hstsDays > 0
      ? [`Header always set Strict-Transport-Security "max-age=${hstsDays * 86400}" "expr=%{HTTPS} == 'on'"`]
      : []),
  ];
  const quiet = ["X-Powered-By", "Server"].map((name) => `Header onsuccess unset ${name}`);
  return [...always, ...hsts, ...quiet].join("\n");
}
