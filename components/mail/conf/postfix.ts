import type { MailSettings } from "../config.ts";
import { machineClasses, machineOptions, machineTables } from "../machines.ts";
import { smarthostSettings, straight, straightOptions } from "../smarthost.ts";
import { roomsDomain } from "./ldap.ts";
import { noticesUser } from "./rspamd.ts";

/** The lists' domain, as the service of the lists hands it over. */
export interface ListRoute {
  /** Domain of all lists. */
  readonly domain: string;
  /** Where their mail goes: LMTP, TLS from the first byte. */
  readonly upstream: { readonly workload: string; readonly port: number };
  /** Regular expressions (POSIX, anchored, without slashes) of the whole addresses there are. */
  readonly recipients: readonly string[];
}

/** What Postfix's configuration is made from. */
export interface PostfixArgs {
  readonly settings: MailSettings;
  /** Public name of the server, e.g. "mail.planb.ringsted.dk". */
  readonly hostName: string;
  /** Where mail for people goes: LMTP, TLS from the first byte. */
  readonly mailbox: { readonly workload: string; readonly port: number };
  /** Default: no lists. */
  readonly lists?: ListRoute;
  /** Whether other servers are shown the municipality's own certificate. Default: the stack's. */
  readonly publicCertificate?: boolean;
}

/** Ports inside the container; all above 1023, so that no right to lower ones is needed. */
export const mailPorts = { smtp: 2525, submissions: 4465, submission: 5587, programs: 2526, machines: 2527 } as const;

const table = (name: string) => `ldap:/config/secrets/ldap/${name}.cf`;
const lines = (settings: Readonly<Record<string, string | number>>) =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join("");

/** A copy of the key that daemons without root read too: start-mail makes it. */
const sharedKey = "/run/auth/mailbox-key.pem";

/**
 * What each program of the stack may do, by its name in the table of certificates: lines of main.cf. People's rules
 * forward by `mailbox`, in the name of who wrote; what has no sender is an autoreply. Pure.
 */
export function programClasses({ forwardTo }: Pick<MailSettings, "forwardTo">): Readonly<Record<string, string>> {
  const to = "check_recipient_access regexp:/config/postfix/forward-to";
  const anywhere = forwardTo.includes("*");
  return {
    groupware: "permit",
    lists: "permit",
    mailbox: anywhere ? "permit" : `check_sender_access inline:{{<> = OK}}, ${to}, reject`,
  };
}

/** main.cf. Pure. */
export function mainCf({ settings, hostName, mailbox, lists }: PostfixArgs): string {
  const { smarthost, limits, domains, correspondents } = settings;
  const classes = { ...programClasses(settings), ...machineClasses(settings.machines) };
  return `# Made by the program from the stack file; changes here are lost.
${lines({
  compatibility_level: "3.10",
  maillog_file: "/dev/stdout",
  queue_directory: "/data/spool",
  data_directory: "/data/state",
  mail_owner: "postfix",
  setgid_group: "postdrop",
  myhostname: hostName,
  mydomain: domains[0] ?? hostName,
  myorigin: "$mydomain",
  mydestination: "",
  local_recipient_maps: "",
  local_transport: "error:5.1.1 nobody has a mailbox here",
  mynetworks: "127.0.0.1/32",
  inet_interfaces: "all",
  inet_protocols: "ipv4",
  smtpd_banner: "$myhostname ESMTP",
  biff: "no",
  // Dovecot's LMTP does not have it.
  smtputf8_enable: "no",
  recipient_delimiter: "+",
  disable_vrfy_command: "yes",
  // Errors of 4xx are what a look-up in a directory that is away gives: nothing is lost, it comes again.
  virtual_mailbox_domains: domains.join(", "),
  // Without a table every address there is would be taken.
  virtual_mailbox_maps: table("mailboxes"),
  virtual_alias_maps: [
    ...(settings.postmaster ? ["regexp:/config/postfix/postmaster"] : []),
    table("mailboxes"),
    table("groups"),
    table("rooms"),
  ].join(", "),
  // Who is addressed by name and by a group, or by two groups, gets one copy. Notices name the mailbox, and not the group before.
  enable_original_recipient: "no",
  // A list of all staff is one address that becomes thousands.
  virtual_alias_expansion_limit: 20000,
  virtual_transport: `mailbox:inet:${mailbox.workload}:${mailbox.port}`,
  transport_maps: [
    ...(lists ? ["regexp:/config/postfix/lists-transport"] : []),
    ...(smarthost && correspondents.length > 0 ? ["texthash:/config/postfix/straight"] : []),
    `inline:{{${roomsDomain} = discard:a room has no mailbox}}`,
  ].join(", "),
  relay_domains: lists?.domain ?? "",
  relay_recipient_maps: lists ? "regexp:/config/postfix/lists-recipients" : "",
  ...smarthostSettings(smarthost),
  unknown_local_recipient_reject_code: 550,
  unverified_recipient_reject_code: 550,
  message_size_limit: settings.maxMessageMiB * 1024 * 1024,
  mailbox_size_limit: 0,
  smtpd_recipient_limit: limits.recipientsPerMessage,
  default_destination_recipient_limit: 50,
  maximal_queue_lifetime: "5d",
  bounce_queue_lifetime: "2d",
  delay_warning_time: "4h",
  // A bounce never carries the whole message back.
  bounce_size_limit: 20000,
  bounce_template_file: "/config/postfix/bounces",
})}
# Who may send what to whom
${lines({
  smtpd_helo_required: "yes",
  smtpd_restriction_classes: Object.keys(classes).join(", "),
  ...classes,
  strict_rfc821_envelopes: "yes",
  smtpd_relay_restrictions: "reject_unauth_destination",
  smtpd_recipient_restrictions: [
    "reject_non_fqdn_recipient",
    "reject_unauth_destination",
    // Most recipients are people, and no groups: one question to the directory for them, and more for the others only.
    ...(settings.groupsOpenTo === "inside"
      ? [table("known"), table("groups-closed")].map((each) => `check_recipient_access ${each}`)
      : []),
    "reject_unlisted_recipient",
  ].join(", "),
  // It stands wherever it is wanted.
  smtpd_reject_unlisted_recipient: "no",
  smtpd_sender_restrictions: "reject_non_fqdn_sender, check_sender_access regexp:/config/postfix/own-senders",
  smtpd_data_restrictions: "reject_unauth_pipelining",
  smtpd_sender_login_maps: [
    table("senders-own"),
    `pipemap:{${table("senders-shared")}, regexp:/config/postfix/sender-groups, ${table("senders-members")}}`,
  ].join(", "),
  smtpd_sasl_type: "dovecot",
  smtpd_sasl_path: "unix:/run/auth/postfix",
  smtpd_sasl_security_options: "noanonymous",
  smtpd_sasl_tls_security_options: "noanonymous",
  smtpd_tls_auth_only: "yes",
  smtpd_soft_error_limit: 5,
  smtpd_hard_error_limit: 10,
  smtpd_client_connection_count_limit: 30,
  smtpd_forbid_bare_newline: "reject",
  // What is longer than 60,000 characters is cut off without a word where there is a filter, whatever stands here; so the
  // filter refuses it (long-header.lua). Nothing is to be cut off below that.
  header_size_limit: 102400,
  header_address_token_limit: 60000,
})}
# TLS
${lines({
  smtpd_tls_cert_file: "/config/tls/cert.pem",
  smtpd_tls_key_file: "/config/tls/key.pem",
  smtpd_tls_CAfile: "/config/ca.pem",
  smtpd_tls_security_level: "may",
  smtpd_tls_protocols: ">=TLSv1.2",
  smtpd_tls_mandatory_protocols: ">=TLSv1.2",
  smtpd_tls_mandatory_ciphers: "high",
  smtpd_tls_loglevel: 1,
  smtpd_tls_received_header: "yes",
  smtpd_tls_fingerprint_digest: "sha256",
  smtp_tls_security_level: smarthost ? "secure" : "may",
  smtp_tls_CAfile: smarthost?.caFile ? "/config/smarthost-ca.pem" : "/etc/ssl/certs/ca-certificates.crt",
  smtp_tls_mandatory_protocols: ">=TLSv1.2",
  smtp_tls_policy_maps: "texthash:/config/postfix/tls-policy",
  smtp_tls_loglevel: 1,
  smtp_tls_note_starttls_offer: "yes",
  lmtp_tls_wrappermode: "yes",
  lmtp_tls_security_level: "secure",
  lmtp_tls_secure_cert_match: "nexthop",
  lmtp_tls_CAfile: "/config/ca.pem",
  lmtp_tls_cert_file: "/config/tls/cert.pem",
  lmtp_tls_key_file: "/config/tls/key.pem",
  lmtp_tls_mandatory_protocols: ">=TLSv1.2",
})}
# The filter: without it mail waits at the sender's
${lines({
  smtpd_milters: "inet:filter:11332",
  non_smtpd_milters: "inet:filter:11332",
  internal_mail_filter_classes: "bounce",
  milter_default_action: "tempfail",
  milter_protocol: 6,
  milter_connect_timeout: "10s",
  milter_mail_macros: "i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} {mail_mailer}",
})}
# Addresses of others under which forwarded mail left (PostSRSd) are turned back
${lines({
  recipient_canonical_maps: "tcp:127.0.0.1:10002",
  recipient_canonical_classes: "envelope_recipient",
})}`;
}

/** master.cf: no local delivery, no pickup, nothing chrooted (the container is the cage). Pure. */
export function masterCf({ settings, publicCertificate }: Pick<PostfixArgs, "settings" | "publicCertificate">): string {
  // A connection costs 4 MiB with what it starts. Whoever comes when all are taken waits, and idle ones are ended sooner.
  const most = Math.max(8, Math.floor((settings.memoryMiB - 32) / 12));
  const seldom = Math.ceil(most / 2);
  const inet = (port: number, ...options: string[]) =>
    `${port} inet n - n - ${port === mailPorts.smtp || port === mailPorts.submissions ? most : seldom} smtpd\n${options.map((option) => `  -o ${option}\n`).join("")}`;
  const shown = ["smtpd_tls_cert_file=/config/tls/public.pem", "smtpd_tls_key_file=/config/tls/public-key.pem"];
  // There are few to be had, so who says nothing does not keep one for the usual five minutes.
  const brief = ["timeout", "starttls_timeout"].map((name) => `smtpd_${name}=$\{stress?{10}:{30}}s`);
  const person = [
    ...brief,
    "smtpd_sasl_auth_enable=yes",
    // An office behind one gateway and the web mail are one address each; guessing is the access service's matter.
    "smtpd_client_connection_count_limit=0",
    "smtpd_client_auth_rate_limit=0",
    "smtpd_client_restrictions=",
    "smtpd_relay_restrictions=permit_sasl_authenticated,reject",
    "smtpd_recipient_restrictions=reject_non_fqdn_recipient,reject_unlisted_recipient",
    "smtpd_sender_restrictions=reject_authenticated_sender_login_mismatch",
    "cleanup_service_name=cleanup",
  ];
  /** name, program, most processes, wake-up, options */
  const daemons: readonly (readonly [string, string, string?, string?, ...string[]])[] = [
    ["cleanup", "cleanup", "0"],
    [
      "forward",
      "cleanup",
      "0",
      "-",
      "sender_canonical_maps=tcp:127.0.0.1:10001",
      "sender_canonical_classes=envelope_sender",
    ],
    ["qmgr", "qmgr", "1", "300"],
    ["tlsmgr", "tlsmgr", "1", "1000?"],
    ["rewrite", "trivial-rewrite"],
    // Signed like other mail of the house, or what we tell strangers would fail what our own DNS asks (DMARC).
    ["notices", "cleanup", "0", "-", `milter_macro_defaults=auth_type=EXTERNAL,auth_authen=${noticesUser}`],
    ["bounce", "bounce", "0", "-", "cleanup_service_name=notices"],
    ["defer", "bounce", "0", "-", "cleanup_service_name=notices"],
    ["trace", "bounce", "0", "-", "cleanup_service_name=notices"],
    ["verify", "verify", "1"],
    ["flush", "flush", "0", "1000?"],
    ["proxymap", "proxymap"],
    ["smtp", "smtp"],
    ["relay", "smtp"],
    ...(settings.smarthost ? [[straight, "smtp", "-", "-", ...straightOptions] as const] : []),
    [
      "mailbox",
      "lmtp",
      "10",
      "-",
      "lmtp_tls_connection_reuse=yes",
      "lmtp_connection_cache_destinations=mailbox",
      `lmtp_tls_key_file=${sharedKey}`,
    ],
    ["tlsproxy", "tlsproxy", "0"],
    ["lists", "lmtp", "5"],
    ["error", "error"],
    ["retry", "error"],
    ["discard", "discard"],
    ["showq", "showq"],
    ["anvil", "anvil", "1"],
    ["scache", "scache", "1"],
  ];
  const unix = ([name, program, limit = "-", wake = "-", ...options]: (typeof daemons)[number]) =>
    `${name} unix ${["cleanup", "forward", "notices", "qmgr", "flush", "showq"].includes(name) ? "n" : "-"} - n ${wake} ${limit} ${program}\n${options.map((option) => `  -o ${option}\n`).join("")}`;
  return `# Made by the program; changes here are lost.
${inet(mailPorts.smtp, "syslog_name=postfix/mx", ...brief, ...(publicCertificate ? shown : []))}
${inet(mailPorts.submissions, "syslog_name=postfix/submissions", "smtpd_tls_wrappermode=yes", ...person)}
${inet(mailPorts.submission, "syslog_name=postfix/submission", "smtpd_tls_security_level=encrypt", ...person)}
${inet(
  mailPorts.programs,
  "syslog_name=postfix/programs",
  "smtpd_tls_security_level=encrypt",
  "smtpd_tls_req_ccert=yes",
  "relay_clientcerts=texthash:/config/postfix/programs",
  "smtpd_client_restrictions=permit_tls_clientcerts,reject",
  "smtpd_relay_restrictions=permit_tls_clientcerts,reject",
  "smtpd_recipient_restrictions=reject_non_fqdn_recipient,reject_unlisted_recipient,check_ccert_access,texthash:/config/postfix/programs",
  "smtpd_sender_restrictions=",
  "smtpd_client_connection_count_limit=0",
  "smtpd_recipient_limit=20000",
  // So the filter takes it for mail of the house, signs it, and does not count it against a person.
  "milter_macro_defaults=auth_type=EXTERNAL,auth_authen=stack",
  "cleanup_service_name=forward",
)}
${settings.machines ? inet(mailPorts.machines, ...machineOptions(settings.machines)) : ""}${daemons.map(unix).join("")}postlog unix-dgram n - n - 1 postlogd
`;
}

const pattern = (text: string) => text.replaceAll(/[.*+?^$()[\]{}|\\/]/g, "\\$&");

/** The small tables beside main.cf, by file name. Pure. */
export function postfixTables({ settings, lists }: PostfixArgs): Readonly<Record<string, string>> {
  const own = [...settings.domains, ...(lists ? [lists.domain] : [])].map(pattern).join("|");
  const known = (lists?.recipients ?? []).map((recipient) => `/${recipient}/`);
  const at = lists ? `lists:inet:${lists.upstream.workload}:${lists.upstream.port}` : "";
  return {
    ...machineTables(settings.machines),
    "own-senders": `/@(${own})$/ REJECT 5.7.1 Mail from this domain is sent after a login\n`,
    "forward-to": `/@(${[...settings.domains, ...settings.forwardTo].map(pattern).join("|")})$/ OK
/./ REJECT 5.7.1 Mail sendes ikke videre til adresser uden for organisationen. / Mail is not forwarded to addresses outside.
`,
    "tls-policy": settings.correspondents
      .map(({ domain, level }) => `${domain} ${level}${level === "secure" ? " match=nexthop:dot-nexthop" : ""}\n`)
      .join(""),
    // A transport without a next hop: that of the recipient's domain, whatever the smarthost.
    ...(settings.smarthost
      ? { straight: settings.correspondents.map(({ domain }) => `${domain} ${straight}:\n`).join("") }
      : {}),
    ...(settings.postmaster
      ? {
          postmaster: `/^(postmaster|abuse|hostmaster)@(${own})$/ ${settings.postmaster}\n`,
        }
      : {}),
    ...(lists
      ? {
          "lists-recipients": known.map((rule) => `${rule} OK\n`).join(""),
          "lists-transport": known.map((rule) => `${rule} ${at}\n`).join(""),
        }
      : {}),
  };
}
