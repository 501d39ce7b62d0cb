/** Suffix of the shadow directory. */
export const suffix = "dc=planb";
/** Accounts that look people, groups and resources up; save `access` they see no hash, no code and no app password. */
const lookUp = ["reader", "access", "mail", "mailbox", "groupware"] as const;
/** Accounts of the stack's own programs, by name; each has a secret file `secrets/services/<name>`. */
export const serviceAccounts = ["steward", "keycloak", ...lookUp] as const;
/** An account of the stack's own programs. */
export type ServiceAccount = (typeof serviceAccounts)[number];
/** One password for each service account. @param passwordOf gives it by the account's name */
export const servicePasswords = <T>(passwordOf: (name: ServiceAccount) => T): Record<ServiceAccount, T> =>
  Object.fromEntries(serviceAccounts.map((name) => [name, passwordOf(name)])) as Record<ServiceAccount, T>;
/** Distinguished name of a service account. */
export const serviceDn = (name: ServiceAccount): string => `cn=${name},ou=services,${suffix}`;
/** Distinguished name of an everyday system's account. */
export const systemDn = (name: string): string => `cn=${name},ou=systems,${suffix}`;

/** What decides how slapd serves. */
export interface SlapdSettings {
  /** Domain controllers, host and port, in the order they are tried. Empty: binds are never passed on. */
  readonly controllers: readonly { readonly host: string; readonly port: number }[];
  /** Whether a password that a controller accepted is kept as a hash. */
  readonly rememberPasswords: boolean;
  /** Wrong passwords after which an account is shut for a while. */
  readonly lockAfter: number;
  /** Minutes it is shut, and within which wrong passwords are counted. */
  readonly lockMinutes: number;
  /** Names of the everyday systems with an account. */
  readonly systems: readonly string[];
}

/** Argon2id as OWASP's password storage cheat sheet has it for little memory: 7 MiB, 5 rounds, 1 lane. */
const argon2 = "m=7168 t=5 p=1";
const rootDn = `cn=root,${suffix}`;

/**
 * The whole configuration of slapd.
 *
 * ppolicy stands after remoteauth, so it is asked first: a locked entry is refused before a controller is asked. What it
 * cannot do, see decision 0020.
 */
export function slapdConf(settings: SlapdSettings): string {
  const passOn = settings.controllers.length > 0;
  return `# Written by the program from the stack file; a change by hand is lost.
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/planb.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload argon2 ${argon2}
moduleload ppolicy
moduleload constraint
${passOn ? "moduleload remoteauth\n" : ""}pidfile /run/slapd/slapd.pid
password-hash {ARGON2}
threads 16
sizelimit size.soft=500 size.hard=5000 size.prtotal=unlimited
timelimit 15
require authc
# Programs on the local socket are the database's owner; nobody else reaches it, and the owner has no password.
authz-regexp gidNumber=0[+]uidNumber=1004,cn=peercred,cn=external,cn=auth ${rootDn}
TLSCertificateFile /config/tls/cert.pem
TLSCertificateKeyFile /run/slapd/key.pem
TLSCACertificateFile /config/ca.pem
TLSProtocolMin 3.3
TLSVerifyClient never

database mdb
suffix ${suffix}
rootdn ${rootDn}
directory /data/db
maxsize 2147483648
# The last changes may be undone by a power cut, but the database stays whole; a killed slapd loses nothing.
envflags nometasync
# Few on purpose: each index writes pages of its own at every change, and 10,000 people are scanned in a moment.
index objectClass,uid,mail,planbGuid,planbPrincipal,planbMailAlias,planbMemberOf,planbPasswordKnown,member eq
index userPassword pres
limits dn.exact=${serviceDn("steward")} size=unlimited time=unlimited
${["keycloak" as const, ...lookUp].map((name) => `limits dn.exact=${serviceDn(name)} size=unlimited time=60`).join("\n")}
${access()}
# Nothing but an Argon2id hash is ever stored as a password, whoever writes it.
overlay constraint
constraint_attribute userPassword regex ^[{]ARGON2[}][$]argon2id[$]
${passOn ? remoteauth(settings) : ""}overlay ppolicy
ppolicy_default cn=default,${policies}
ppolicy_hash_cleartext
`;
}

function access(): string {
  const people = `ou=people,${suffix}`;
  const steward = `  by dn.exact=${serviceDn("steward")}`;
  const keycloak = `  by dn.exact=${serviceDn("keycloak")}`;
  const programs = lookUp.map((name) => `  by dn.exact=${serviceDn(name)} read`).join("\n");
  const readers = `${programs}\n  by dn.onelevel=ou=systems,${suffix} read`;
  const passwords = `  by dn.exact=${serviceDn("access")}`;
  const activation = `dn.regex=^cn=activation,planbGuid=[^,]+,${people}$`;
  const appPassword = `dn.regex=^cn=app-[^,]+,planbGuid=[^,]+,${people}$`;
  // `w` without `r`: a password is set and erased, never read; `s`: whether one is stored may be asked, see the steward.
  return `access to ${appPassword} attrs=userPassword
${steward} =w
${passwords} =w
  by anonymous auth
  by * none
access to ${appPassword}
${steward} write
${passwords} write
  by * none
access to dn.subtree=${people} attrs=userPassword
${steward} =wsx
${keycloak} =wx
  by anonymous auth
  by * none
access to attrs=userPassword
  by anonymous auth
  by * none
access to ${activation}
${steward} write
${keycloak} =zrscd
  by * none
access to dn.regex=^planbGuid=[^,]+,${people}$ attrs=children
${steward} write
${passwords} write
${keycloak} =zrscd
  by * none
access to dn.subtree=${people} attrs=planbPasswordOrigin
${steward} write
${keycloak} write
${readers}
  by * none
access to dn.subtree=ou=state,${suffix}
${steward} write
  by * none
access to dn.subtree=ou=services,${suffix}
  by self read
  by * none
access to dn.subtree=ou=systems,${suffix}
  by self read
  by * none
access to *
${steward} write
${keycloak} read
${readers}
  by * none`;
}

function remoteauth(settings: SlapdSettings): string {
  const [first] = settings.controllers;
  return `overlay remoteauth
remoteauth_dn_attribute seeAlso
remoteauth_domain_attribute o
remoteauth_default_realm ldaps://${first?.host}:${first?.port}
remoteauth_mapping ad file:///run/slapd/controllers
remoteauth_retry_count 1
remoteauth_tls starttls=no tls_reqcert=demand tls_cacert=/config/existing-ad/ca.pem
remoteauth_store ${settings.rememberPasswords ? "on" : "off"}
`;
}

const ou = (name: string) => `dn: ou=${name},${suffix}\nobjectClass: organizationalUnit\nou: ${name}\n`;

const policies = `ou=policies,${suffix}`;
const policy = (name: string) =>
  `dn: cn=${name},${policies}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: ${name}\npwdAttribute: userPassword\n`;

const account = (dn: string, name: string, description: string) =>
  `dn: ${dn}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: ${name}\n` +
  // No hash has this form, so nobody can log in before the start has set the password.
  `description: ${description}\nuserPassword: {ARGON2}$argon2id$none\n` +
  // No policy with a lock: whoever reaches the port must not be able to lock out the stack's programs.
  `pwdPolicySubentry: cn=programs,${policies}\n`;

/** Entries that are added at the start where they are missing, as LDIF. */
export function baseLdif(settings: SlapdSettings): string {
  return [
    `dn: ${suffix}\nobjectClass: dcObject\nobjectClass: organization\ndc: planb\no: planb\n`,
    ou("policies"),
    policy("default"),
    policy("programs"),
    ...["people", "groups", "services", "systems", "state", "resources"].map(ou),
    ...serviceAccounts.map((name) => account(serviceDn(name), name, "program of the stack")),
    ...settings.systems.map((name) => account(systemDn(name), name, "everyday system")),
  ].join("\n");
}

/** Changes that are made at every start, as LDIF. */
export function changesLdif({ lockAfter, lockMinutes }: SlapdSettings): string {
  const values = {
    pwdLockout: "TRUE",
    pwdMaxFailure: lockAfter,
    pwdLockoutDuration: lockMinutes * 60,
    pwdFailureCountInterval: lockMinutes * 60,
    pwdAllowUserChange: "FALSE",
  };
  const changes = Object.entries(values).map(([name, value]) => `replace: ${name}\n${name}: ${value}\n-\n`);
  return `dn: cn=default,${policies}\nchangetype: modify\n${changes.join("")}`;
}
