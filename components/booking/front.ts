import { claimHeader } from "../../model/identity-headers.ts";
import { inner } from "./sogo.ts";

/** What the container's web server differs in between stacks. */
export interface FrontSettings {
  /** Origin of the calendar's pages. */
  readonly origin: string;
  /** Public host name. */
  readonly hostName: string;
  readonly httpsPort: number;
  readonly language: "da" | "en";
  /** Page for somebody who has logged out. */
  readonly loggedOut: string;
  /** The stack's random part of the identity headers' names: a secret. */
  readonly identityKey: string;
}

/** Where Keycloak tells on the port of calendar programs that somebody has logged out. */
export const loggedOutPath = "/logged-out";

/** A person's key, as edge hands it over: base64 of 36 characters. */
const guid = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/** Part of a query, in a string where mod_headers looks for its own "%". */
const escaped = (text: string) => encodeURIComponent(text).replaceAll("%", "%%");

/**
 * Requests that may write into calendars: over the web all but those of mail, contacts and preferences, unless they answer
 * an invitation; all of calendar programs. SOGo takes "so/" as said.
 */
const writes = {
  web:
    "^/SOGo/(?!(so/)?[^/]+/(Mail|Contacts|Preferences)(/|$))|" +
    "^/SOGo/(so/)?[^/]+/Mail/.*/(accept|decline|tentative|delegate|addToCalendar|updateUserStatus|deleteFromCalendar)/?$",
  dav: "^/SOGo/dav/",
} as const;

/** What has SOGo itself fetch an address that somebody gives: calendars of other places. */
const fetches = "^/SOGo/(so/)?[^/]+/Calendar/(.*/)?(addWebCalendar|reloadWebCalendars|reload|set-credentials)/?$";

/**
 * The web server in front of SOGo's processes. Port 8443 is the web; port 8444 serves calendar programs, and takes the
 * person from edge alone, which has checked the password: the header's name is the secret they share, and SOGo's twin
 * listens on the container's own address only.
 */
export function frontConf(settings: FrontSettings): string {
  const { origin, hostName, httpsPort, identityKey } = settings;
  const who = claimHeader(identityKey, "guid");
  // Whatever comes from outside under SOGo's own names goes.
  const names = [
    "remote-user",
    "auth-type",
    "server-name",
    "server-port",
    "server-url",
    "server-protocol",
    "remote-host",
  ];
  const sogo = `
  ${names.map((name) => `RequestHeader unset x-webobjects-${name}`).join("\n  ")}
  RequestHeader set x-webobjects-server-name "${hostName}"
  RequestHeader set x-webobjects-server-port "${httpsPort}"
  RequestHeader set x-webobjects-server-url "${origin}"
  RequestHeader set x-webobjects-server-protocol "HTTP/1.0"
  # To SOGo a program without a name is Apple's, whose every change of an appointment takes all answers back.
  RequestHeader setifempty User-Agent "unnamed"`;
  const tls = `  ServerName groupware
  SSLEngine On
  SSLCertificateFile /config/tls/cert.pem
  SSLCertificateKeyFile /config/tls/key.pem
  RewriteEngine On`;
  const lane = (to: "web" | "dav") => `${inner.keeper}/lane/${to}`;
  return `ServerRoot /usr/lib/apache2
${modules.map((name) => `LoadModule ${name}_module modules/mod_${name}.so`).join("\n")}
PidFile /run/sogo/httpd.pid
DefaultRuntimeDir /run/sogo
Mutex sem
ServerLimit 1
StartServers 1
ThreadsPerChild 32
MaxRequestWorkers 32
ServerName groupware
ServerTokens Prod
ServerSignature Off
TraceEnable Off
KeepAliveTimeout 30
TimeOut 120
LimitRequestBody 52428800
LimitRequestFieldSize 65536
ErrorLog /dev/stderr
LogLevel warn
LogFormat "%{%Y-%m-%dT%H:%M:%S}t %m %>s %D us" short
CustomLog /dev/stdout short env=!quiet
SSLProtocol -all +TLSv1.2 +TLSv1.3
SSLSessionCache shmcb:/run/sogo/tls(131072)
TypesConfig /usr/local/share/sogo/mime.types
AddDefaultCharset UTF-8
ProxyRequests Off
ProxyPreserveHost On
ProxyTimeout 90
<Directory />
  Require all denied
  AllowOverride None
</Directory>
<Directory /usr/share/GNUstep/SOGo/>
  Require all granted
  Options FollowSymLinks
</Directory>
<Directory /usr/share/javascript/>
  Require all granted
</Directory>
<Directory /usr/local/share/sogo/pages/>
  Require all granted
</Directory>
Include ${inner.addresses}
Listen 8443
Listen 8444

<VirtualHost *:8443>
${tls}
${sogo}
  RequestHeader unset Authorization
  Alias /SOGo.woa/WebServerResources/ /usr/share/GNUstep/SOGo/WebServerResources/
  Alias /SOGo/WebServerResources/ /usr/share/GNUstep/SOGo/WebServerResources/
  Alias /.planb-pages/page.css /usr/local/share/sogo/pages/page.css
  Alias /.planb-pages/ /usr/local/share/sogo/pages/${settings.language}/
  <LocationMatch "^/SOGo(\\.woa)?/WebServerResources/">
    Header set Cache-Control "max-age=86400"
    SetEnv quiet
  </LocationMatch>
  RewriteRule ^/?$ ${origin}/SOGo/ [R=302,L]
  RewriteRule ^/ready$ "${inner.keeper}/ready" [P,L]
  RewriteRule ^/doer/ "${inner.keeper}%{REQUEST_URI}" [P,L]
  RewriteRule ^/SOGo\\.woa/ - [L]
  RewriteRule ^/SOGo/WebServerResources/ - [L]
  RewriteRule ^/\\.planb-pages/ - [L]
  # Calendar programs come in by the other port.
  RewriteRule ^/(SOGo/dav|\\.well-known/|Microsoft-Server-ActiveSync) - [R=404,L]
  RewriteRule "${fetches}" - [F]
  # Only the calendar's own pages write, not another page that somebody has open beside them.
  RewriteCond %{REQUEST_METHOD} !^(GET|HEAD|OPTIONS)$
  RewriteCond %{HTTP:Origin} .
  RewriteCond %{HTTP:Origin} "!=${origin}"
  RewriteRule ^/SOGo - [F]
  # A path continued in the query, and a question with a content, would be writes that do not look like it.
  RewriteCond expr "unescape(%{QUERY_STRING}) =~ /(^|[&;])(Cmd|[^=&;]*:method)([=&;]|$)/"
  RewriteRule ^/SOGo - [F]
  RewriteCond %{REQUEST_METHOD} ^(GET|HEAD|OPTIONS)$
  RewriteCond %{HTTP:Content-Length}%{HTTP:Transfer-Encoding} !^0?$
  RewriteRule ^/SOGo - [F]
  RewriteCond %{REQUEST_METHOD} !^(GET|HEAD|OPTIONS)$
  RewriteCond %{THE_REQUEST} "^\\S+ (\\S+)"
  RewriteRule "${writes.web}" "${lane("web")}%1" [P,NE,L]
  ProxyPass /SOGo ${inner.web}/SOGo retry=0 nocanon
  # SOGo forgets who it is, and Keycloak, which ends the rest, is told where to lead people then.
  <LocationMatch "^/SOGo/(so/)?[^/]+/logoff$">
    Header edit Location "^([^?]+/openid-connect/logout).*$" "$1?client_id=groupware&post_logout_redirect_uri=${escaped(settings.loggedOut)}"
  </LocationMatch>
  # The way to the login and back ends in words: for somebody nobody here knows, and while the login is away.
  <LocationMatch "^/SOGo/?$">
    ProxyErrorOverride On 500 502 503
    ErrorDocument 500 /.planb-pages/unknown.html
    ErrorDocument 502 /.planb-pages/away.html
    ErrorDocument 503 /.planb-pages/away.html
  </LocationMatch>
</VirtualHost>

<VirtualHost *:8444>
${tls}
${sogo}
  <Location />
    Require expr "unbase64(%{HTTP:${who}}) =~ /${guid}/"
  </Location>
  # Keycloak says here that somebody has logged out; nobody comes here from outside.
  <Location ${loggedOutPath}>
    Require method POST
  </Location>
  RewriteRule ^${loggedOutPath}$ "${inner.keeper}${loggedOutPath}" [P,L]
  RequestHeader set x-webobjects-remote-user "expr=%{unbase64:%{HTTP:${who}}}"
  RequestHeader unset ${who}
  RequestHeader unset Authorization
  RewriteRule ^/\\.well-known/(caldav|carddav)/?$ ${origin}/SOGo/dav/ [R=301,L]
  RewriteCond %{REQUEST_URI} !^/SOGo/dav(/|$)
  RewriteRule ^ - [R=404,L]
  # A search among rooms and equipment: SOGo has no keys for its own.
  RewriteCond %{REQUEST_METHOD} =REPORT
  RewriteRule ^/SOGo/dav/[^/]+/Contacts/bookable/?$ "${inner.keeper}/address-book%{REQUEST_URI}" [P,L]
  RewriteCond %{REQUEST_METHOD} !^(GET|HEAD|OPTIONS|PROPFIND|REPORT)$
  RewriteCond %{THE_REQUEST} "^\\S+ (\\S+)"
  RewriteRule "${writes.dav}" "${lane("dav")}%1" [P,NE,L]
  ProxyPass /SOGo/dav ${inner.dav}/SOGo/dav retry=0 nocanon
</VirtualHost>
`;
}

const modules = [
  ...["mpm_event", "authz_core", "ssl", "socache_shmcb", "headers", "rewrite", "alias", "mime", "env", "setenvif"],
  ...["proxy", "proxy_http"],
];
