import { serviceDn, suffix } from "../../directory/index.ts";

const people = `ou=people,${suffix}`;
const groups = `ou=groups,${suffix}`;
const resources = `ou=resources,${suffix}`;
const person = "(objectClass=planbPerson)(!(planbState=deleted))";
/** Whoever is shut out may still be logged in by a connection from before: it sends nothing any more. */
const sender = `${person}(!(planbState=disabled))(!(planbState=accountExpired))`;
const group = "(objectClass=planbGroup)(!(planbDeletedAt=*))";
const byAddress = "(|(mail=%s)(planbMailAlias=%s))";
/** People and shared mailboxes. */
const mailboxes = `(&${byAddress}(|(&${person})(&(objectClass=planbResource)(planbKind=sharedMailbox))))`;
/** Stands for the domain of those whose mail is thrown away; no real one ends in "invalid" (RFC 2606). */
export const roomsDomain = "rooms.invalid";
/** Sender groups of one shared mailbox that are looked up; further ones have no effect. */
const senderGroups = 9;

/** A look-up in the shadow directory, in the words of ldap_table(5). */
export interface LdapTable {
  readonly search_base: string;
  readonly query_filter: string;
  readonly result_attribute: string;
  readonly [setting: string]: string;
}

/**
 * The look-ups by name. Keys are full addresses of the stack's domains only (`domain`), so that no other name that
 * Postfix looks up reaches the directory.
 */
export const ldapTables: Readonly<Record<string, LdapTable>> = {
  /** Addresses of people and shared mailboxes, as ones that anybody may write to. */
  known: {
    search_base: suffix,
    query_filter: mailboxes,
    result_attribute: "cn",
    result_format: "permit",
    expansion_limit: "0",
  },
  /**
   * Addresses of people and shared mailboxes, further ones too, each as it was written: the mailboxes know them all, and
   * an autoreply is given only to a letter that names the address it was delivered to.
   */
  mailboxes: {
    search_base: suffix,
    query_filter: mailboxes,
    result_attribute: "mail",
    result_format: "%S",
  },
  /** A group's address with its members'. */
  groups: {
    search_base: groups,
    query_filter: `(&${group}(member=*)${byAddress})`,
    // groups have none: only their members' addresses come out
    result_attribute: "maildrop",
    special_result_attribute: "member",
    leaf_result_attribute: "mail",
  },
  /** Rooms and equipment, asked when nothing else is known: they have a calendar, and nobody who reads. */
  rooms: {
    search_base: resources,
    query_filter: `(&(objectClass=planbResource)(!(planbKind=sharedMailbox))${byAddress})`,
    result_attribute: "mail",
    result_format: `%u@${roomsDomain}`,
  },
  /** A group's address as one that strangers may not write to. */
  "groups-closed": {
    search_base: groups,
    query_filter: `(&${group}${byAddress})`,
    result_attribute: "cn",
    result_format:
      "REJECT 5.7.1 Kun organisationens egne folk kan skrive til denne gruppe. / Only the organisation's own people may write to this group.",
    expansion_limit: "0",
  },
  /** Who owns an address, by GUID. */
  "senders-own": {
    search_base: people,
    query_filter: `(&${sender}${byAddress})`,
    result_attribute: "planbGuid",
  },
  /** The groups that may send as a shared mailbox. */
  "senders-shared": {
    search_base: resources,
    query_filter: `(&(objectClass=planbResource)(planbKind=sharedMailbox)${byAddress})`,
    result_attribute: "planbSenderGroup",
  },
  /** People in any of the groups of a name that {@link senderGroupRules} made. */
  "senders-members": {
    search_base: people,
    query_filter: `(&${sender}(|${Array.from({ length: senderGroups }, (_, i) => `(planbMemberOf=%${i + 1})`).join("")}))`,
    result_attribute: "planbGuid",
  },
};

/**
 * Turns `g1,g2` into an address whose host name has the groups as its labels, for a look-up's filter can name labels
 * (%1 to %9) and nothing else that is several.
 */
export function senderGroupRules(): string {
  const lines: string[] = [];
  for (let count = 1; count <= senderGroups; count++) {
    const ids = Array.from({ length: count }, () => "(g[0-9a-f]+)").join(",");
    const labels = Array.from({ length: senderGroups }, (_, i) => (i < count ? `$\{${i + 1}}` : "none"));
    lines.push(`/^${ids}${count === senderGroups ? "(,.*)?" : ""}$/ x@${labels.join(".")}`);
  }
  return `${lines.join("\n")}\n`;
}

/** A look-up as Postfix reads it; holds the password. `domains` limit the keys, none: any key. */
export function ldapFile(table: LdapTable, password: string, domains: readonly string[]): string {
  const settings = {
    server_host: "ldaps://directory:1636",
    version: "3",
    tls_require_cert: "yes",
    tls_ca_cert_file: "/config/ca.pem",
    timeout: "5",
    bind: "yes",
    bind_dn: serviceDn("mail"),
    bind_pw: password,
    ...(domains.length > 0 ? { domain: domains.join(", ") } : {}),
    ...table,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join("");
}
