import { dovecotAccess } from "../access/dovecot.ts";
import type { MailboxConfig } from "./config.ts";
import { sharedId } from "./config.ts";

/** What Dovecot's configuration needs besides the section. */
export interface DovecotSettings {
  readonly config: MailboxConfig;
  /** Public host name, e.g. `mail.ringsted.dk`. */
  readonly hostName: string;
  /** Public ports on which clients reach it are the platform's; these are inside. */
  readonly ports: { readonly imaps: number; readonly sieve: number; readonly lmtp: number; readonly api: number };
  /** Where scripts send mail, e.g. `mail:2526`. */
  readonly submission: string;
  /** Largest message that the mail server takes, in MiB; what it and the filter add fits too. */
  readonly maxMessageMiB: number;
  /** The shadow directory and the account that asks it. */
  readonly directory: { readonly url: string; readonly bindDn: string; readonly suffix: string };
}

/** A value in double quotes. */
const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** Addresses that one's script may redirect a letter to. */
const redirects = 4;

/** Root of all namespaces of shared mailboxes, as clerks see it. */
export const sharedRoot = "Delt";
/** The folder of a shared mailbox into which mail is delivered. */
export const sharedInbox = "Indbakke";

/** The whole configuration of Dovecot; secrets stand in a file of their own that it includes. */
export function dovecotConf(settings: DovecotSettings): string {
  return `# Written by the program from the stack file; a change by hand is lost.
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
!include /config/secrets/dovecot.conf
base_dir = /run/dovecot
state_dir = /data/.planb
log_path = /dev/stderr
hostname = ${settings.hostName}
protocols = imap lmtp sieve
listen = *
login_greeting = Mail
${oneUser}${tls}${authentication(settings)}${storage(settings)}${searching}${scripts(settings)}${services(settings)}`;
}

/** Nobody but one user without any right: what Dovecot does to separate users needs root. */
const oneUser = `
default_internal_user = planb
default_internal_group = root
default_login_user = planb
mail_uid = 1010
mail_gid = 0
first_valid_uid = 1010
last_valid_uid = 1010
first_valid_gid = 0
`;

const tls = `
ssl = required
ssl_min_protocol = TLSv1.2
ssl_server_cert_file = /config/tls/cert.pem
ssl_server_key_file = /config/tls/key.pem
ssl_client_ca_file = /config/ca.pem
ssl_client_require_valid_cert = yes
ssl_client_cert_file = /config/tls/cert.pem
ssl_client_key_file = /config/tls/key.pem
`;

function authentication({ directory, config }: DovecotSettings): string {
  return `
auth_allow_cleartext = no
${dovecotAccess}ldap_uris = ${directory.url}
ldap_auth_dn = ${directory.bindDn}
ldap_base = ${directory.suffix}
ldap_connection_group = planb
userdb ldap {
  ldap_base = ou=people,${directory.suffix}
  filter = (&(objectClass=planbPerson)(!(planbState=deleted))(|(planbGuid=%{user})(mail=%{user})(planbMailAlias=%{user})))
  fields {
    user = %{ldap:planbGuid}
    acl_groups = %{ldap_multi:planbMemberOf | default('') | list(',')}
    quota_storage_size = %{ldap:planbMailQuotaMiB | default('${config.quotaMiB}')}M
    # What comes for somebody who is shut out is kept, and sent on to nobody.
    sieve_max_redirects = %{ldap:planbState | default('ok') | if('~', '^(disabled|accountExpired)$', '0', '${redirects}')}
  }
  iterate_filter = (&(objectClass=planbPerson)(!(planbState=deleted)))
  iterate_fields {
    user = %{ldap:planbGuid}
  }
}
userdb shared {
  driver = ldap
  ldap_base = ou=resources,${directory.suffix}
  userdb_ldap_filter = (&(planbKind=sharedMailbox)(|(cn=%{user})(mail=%{user})(planbMailAlias=%{user})))
  fields {
    user = %{ldap:cn}
    # A folder beside others, so that it stands among them in the lists of its readers.
    mail_inbox_path = /data/%{ldap:cn}/Maildir/.${sharedInbox}
    quota_storage_size = %{ldap:planbMailQuotaMiB | default('${config.quotaMiB}')}M
  }
  userdb_ldap_iterate_filter = (planbKind=sharedMailbox)
  userdb_ldap_iterate_fields {
    user = %{ldap:cn}
  }
}
`;
}

function storage({ config, maxMessageMiB }: DovecotSettings): string {
  const own = (name: string, use: string, more = "") =>
    `  mailbox ${name} {\n    special_use = ${use}\n    auto = subscribe\n${more}  }\n`;
  const expunge = (days: number) => (days > 0 ? `    autoexpunge = ${days} d\n` : "");
  return `
mail_driver = maildir
mail_home = /data/%{user}
mail_path = ~/Maildir
# A folder may have a dot in its name, which a Maildir's own names may not.
mailbox_list_storage_escape_char = ^
mail_fsync = optimized
mail_plugins = quota acl fts fts_flatcurve
# Outside of the block, where what the directory says of a person or shared mailbox takes its place.
quota_storage_size = ${config.quotaMiB}M
# Full mailboxes can still be tidied up.
quota storage {
  driver = count
  storage_grace = 10M
}
quota_exceeded_message = Postkassen er fuld / The mailbox is full
quota_mail_size = ${maxMessageMiB + 10}M
acl_driver = vfile
acl_defaults_from_inbox = yes
acl_cache_ttl = 10 s
namespace inbox {
  type = private
  inbox = yes
  separator = /
${own("Drafts", "\\Drafts")}${own("Sent", "\\Sent")}${own("Archive", "\\Archive")}${own("Junk", "\\Junk", expunge(config.junkDays))}${own("Trash", "\\Trash", expunge(config.trashDays))}}
${config.shared
  .map(
    (mailbox) => `namespace ${sharedId(mailbox)} {
  type = public
  separator = /
  prefix = ${quoted(`${sharedRoot}/${mailbox.name}/`)}
  mail_path = /data/${sharedId(mailbox)}/Maildir
  list = children
  subscriptions = no
  quota_ignore = yes
  mailbox ${sharedInbox} {
    auto = subscribe
  }
  mailbox Junk {
    auto = subscribe
  }
}
`,
  )
  .join("")}`;
}

const searching = `
# mailbox-index does it every two minutes.
fts_autoindex = no
fts_search_add_missing = yes
fts_message_max_size = 20M
language_filters = lowercase normalizer-icu snowball
language_tokenizers = generic email-address
language_tokenizer_generic_algorithm = simple
language da {
  default = yes
}
fts flatcurve {
  substring_search = no
  # "Sag 4" and "bilag B" are found: a word that is not kept finds nothing.
  min_term_size = 1
}
`;

function scripts({ submission }: DovecotSettings): string {
  return `
recipient_delimiter = +
sieve_script personal {
  driver = file
  path = ~/sieve
  active_path = ~/.dovecot.sieve
}
sieve_script everybody {
  type = before
  driver = file
  path = /run/dovecot/sieve/before.sieve
}
sieve_script templates {
  type = global
  driver = file
  path = /run/dovecot/sieve/global
}
sieve_max_redirects = ${redirects}
sieve_quota_script_count = 50
sieve_quota_storage_size = 5M
sieve_vacation_default_subject_template = "Autosvar: %%{subject}"
# Whoever wrote hears of it when a redirected letter does not arrive. The mail server puts an address of ours (SRS) before others'.
sieve_redirect_envelope_from = sender
submission_host = ${submission}
submission_ssl = starttls
`;
}

function services({ ports, config }: DovecotSettings): string {
  const imapProcesses = Math.max(16, Math.floor((config.memoryMiB - 64) / 4));
  return `
protocol imap {
  mail_plugins {
    imap_quota = yes
  }
  mail_max_userip_connections = 60
  # A connection that is compressed keeps its process while it waits; Thunderbird would compress all of its.
  imap_capability {
    "COMPRESS=DEFLATE" = no
  }
}
# A full mailbox refuses a letter once it is there: asking at RCPT opens each mailbox twice, and costs as much as the delivery.
protocol lmtp {
  auth_username_format = %{user | lower}
  mail_plugins {
    sieve = yes
    # mailbox-index puts it into the search.
    fts = no
    fts_flatcurve = no
  }
}
# Postfix opens ten connections at most: to count them for each person asks one process more at every delivery.
lmtp_user_concurrency_limit = unlimited
lmtp_save_to_detail_mailbox = no
# Clients that only wait for mail cost no process of their own.
imap_hibernate_timeout = 30s

service imap-login {
  chroot =
  process_min_avail = 1
  process_limit = 4
  client_limit = 2000
  service_restart_request_count = unlimited
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${ports.imaps}
    ssl = yes
  }
}
service managesieve-login {
  chroot =
  process_limit = 2
  client_limit = 500
  service_restart_request_count = unlimited
  inet_listener sieve {
    port = ${ports.sieve}
  }
  inet_listener sieve_deprecated {
    port = 0
  }
}
service imap {
  process_limit = ${imapProcesses}
}
# To begin a process costs more than a delivery: each loads search and scripts. All are one user's anyway.
service lmtp {
  process_limit = 30
  service_restart_request_count = 1000
  inet_listener lmtps {
    port = ${ports.lmtp}
    ssl = yes
  }
  unix_listener lmtp {
    mode = 0
  }
}
service doveadm {
  inet_listener http {
    port = ${ports.api}
    ssl = yes
  }
}
service auth-worker {
  user = planb
  process_limit = 8
}
service indexer-worker {
  process_limit = 1
}
service imap-hibernate {
  unix_listener imap-hibernate {
    mode = 0600
  }
}
# Its penalty slows everybody behind one address, e.g. the web mail; guessing is the access service's matter.
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`;
}
