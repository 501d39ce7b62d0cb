import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
}

/** What the images and the toolchain are made of; exact versions stand in each image's bill of materials. */
const engines: readonly (readonly [what: string, where: string, license: string])[] = [
  [
    "Debian base system",
    "every image; one licence a package, /usr/share/doc/*/copyright",
    "GPL-2.0-or-later and others",
  ],
  ["OpenLDAP (slapd)", "directory", "OLDAP-2.8"],
  ["PostgreSQL", "database", "PostgreSQL"],
  ["Keycloak", "sso", "Apache-2.0"],
  ["OpenJDK", "sso, as a cut-down runtime", "GPL-2.0-only WITH Classpath-exception-2.0"],
  ["Apache httpd", "edge, sogo", "Apache-2.0"],
  ["mod_auth_openidc", "edge", "Apache-2.0"],
  ["Postfix", "postfix", "IPL-1.0 or EPL-2.0"],
  ["PostSRSd", "postfix", "GPL-3.0-or-later"],
  [
    "Dovecot with Pigeonhole and its search Flatcurve",
    "dovecot; postfix, where it checks logins",
    "LGPL-2.1-only, MIT",
  ],
  ["Xapian", "dovecot", "GPL-2.0-or-later"],
  ["Lua, lua-cjson", "dovecot, postfix, rspamd", "MIT"],
  ["Rspamd", "rspamd; lists that would be fetched from its makers are not asked for", "Apache-2.0"],
  ["Valkey", "rspamd", "BSD-3-Clause"],
  ["SOGo with SOPE", "sogo; changed: Danish words, contrast, one button gone", "GPL-2.0-or-later, LGPL-2.0-or-later"],
  ["GNUstep base", "sogo", "LGPL-2.1-or-later"],
  ["memcached", "sogo", "BSD-3-Clause"],
  ["stunnel", "sogo, mailman", "GPL-2.0-or-later"],
  ["Mailman core", "mailman; changed at run time by planb_*.py, Danish added", "GPL-3.0-or-later"],
  ["Python", "mailman", "PSF-2.0"],
  ["Node.js", "the programs of our own, the commands", "MIT"],
  ["Samba", "the demo's and the tests' Active Directory only", "GPL-3.0-or-later"],
  ["Pulumi CLI and SDK", "built from its Go module; SDK from npm", "Apache-2.0"],
  ["Docker engine", "on the host", "Apache-2.0"],
];

/** The name of a package from its place in the lock file. */
const nameOf = (place: string): string => place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);

/** Packages by licence, each once, as lines of Markdown. */
function byLicence(packages: readonly (readonly [string, Locked])[]): string[] {
  const groups = new Map<string, Set<string>>();
  for (const [place, { version, license }] of packages) {
    const group = groups.get(license ?? "not told") ?? new Set<string>();
    groups.set(license ?? "not told", group.add(`${nameOf(place)} ${version}`));
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([license, names]) => `- **${license}**: ${[...names].sort().join(", ")}`);
}

/**
 * The page docs/third-party.md: licences of all npm packages by the lock file, and of the engines in the images.
 *
 * @param root the checkout
 */
export function thirdParty(root: string): string {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const packages = Object.entries(lock.packages).filter(([place]) => place !== "");
  return [
    "# Third-party licences",
    "",
    "Printed from the lock file by `npm run docs`; do not edit by hand. planb itself: EUPL-1.2, see [LICENSE](../LICENSE).",
    "",
    "## Engines",
    "",
    "Installed from Debian, Maven Central and the Go module proxy when images and toolchain are built; unchanged, unless a line says so. Changes stand in the",
    "image's folder below [images](../images/README.md), under the licence of what they change.",
    "",
    "| what | where | licence |",
    "| --- | --- | --- |",
    ...engines.map((row) => `| ${row.join(" | ")} |`),
    "",
    "## npm packages at run time",
    "",
    ...byLicence(packages.filter(([, { dev }]) => dev !== true)),
    "",
    "## npm packages for development and tests",
    "",
    ...byLicence(packages.filter(([, { dev }]) => dev === true)),
    "",
  ].join("\n");
}
