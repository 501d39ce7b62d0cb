import type { StackIdentity } from "../../../config/index.ts";
import type { EdgeConfig } from "../config.ts";
import type { Site } from "../routes.ts";
import { tls } from "./hosts.ts";

/** Where the page of a site lies, below `/config`. */
const pageFile = (site: Site, index: number): string => `sites/${site.hostName}-${index}`;

/** The pages of sites as files of the workload, by path below `/config`. */
export function siteFiles(sites: readonly Site[]): Record<string, string> {
  return Object.fromEntries(
    sites.flatMap((site) => Object.values(site.pages).map(({ text }, index) => [pageFile(site, index), text])),
  );
}

/** A site over both ports: the plain one leads to HTTPS. */
export function siteHost(site: Site, identity: StackIdentity, config: EdgeConfig): string {
  const port = identity.httpsPort === 443 ? "" : `:${identity.httpsPort}`;
  const exact = (path: string) => `^${path.replaceAll(".", "\\.")}$`;
  const pages = Object.entries(site.pages).map(
    ([path, { type }], index) => `  AliasMatch "${exact(path)}" "/config/${pageFile(site, index)}"
  <LocationMatch "${exact(path)}">
    Require all granted
    ForceType ${type}
  </LocationMatch>`,
  );
  const known = Object.keys(site.pages).map((path) => `  RewriteCond %{REQUEST_URI} !${exact(path)}`);
  return `<VirtualHost *:${identity.httpPort}>
  ServerName ${site.hostName}
  RedirectMatch 308 "^/(.*)$" "https://${site.hostName}${port}/$1"
</VirtualHost>
<VirtualHost *:${identity.httpsPort}>
  ServerName ${site.hostName}
${tls(config.certificate)}  ProxyRequests Off
  RewriteEngine On
${known.join("\n")}
  RewriteRule ^ - [R=404,L]
  RewriteCond %{REQUEST_METHOD} !^(GET|HEAD)$
  RewriteRule ^ - [R=405,L]
${pages.join("\n")}
</VirtualHost>
`;
}
