import type { ListsSettings } from "../../lists/settings.ts";
import { addressEndings, type ListsConfig, probeList } from "./config.ts";

/** The lists of the program's settings: those declared, and the one for probes. Pure. */
export function listsOf(config: ListsConfig, probeAddress: string): ListsSettings["lists"] {
  const declared = config.lists.map(({ members: _m, owners: _o, moderators: _d, ...rest }) => ({
    ...rest,
    hidden: false,
    fixed: [],
  }));
  return [
    ...declared,
    {
      ...{ name: probeList, title: "planb", description: "", kind: "closed", archive: "none", archiveDays: 1 },
      ...{ replies: "author", mayLeave: false, digest: false, maxMessageKiB: 64, hidden: true, fixed: [probeAddress] },
    },
  ];
}

/** Addresses of the lists. Pure. */
export function mailRecipients(domain: string, names: readonly string[]): readonly string[] {
  const literal = (text: string) => text.replaceAll(".", "\\.");
  const at = `@${literal(domain)}$`;
  // Bounces and confirmations carry what they are about behind a plus.
  const parts = `(-(${addressEndings.join("|")})(\\+[^@]+)?)?`;
  return names.map((name) => `^${literal(name)}${parts}${at}`);
}

/** What {@link mailmanCfg} is made from. */
export interface MailmanCfg {
  readonly domain: string;
  readonly database: { readonly host: string; readonly port: number; readonly name: string; readonly user: string };
  readonly databasePassword: string;
  readonly restPassword: string;
}

/** Mailman's logs that tell what was done. */
const logs = [
  ...["archiver", "bounce", "config", "database", "error", "locks", "mischief"],
  ...["plugins", "runner", "smtp", "subscribe", "task", "vette"],
];

/** Mailman's configuration; secret. Pure. */
export function mailmanCfg({ domain, database, databasePassword, restPassword }: MailmanCfg): string {
  const { host, port, name, user } = database;
  const url = `postgresql://${user}:${encodeURIComponent(databasePassword)}@${host}:${port}/${name}`;
  // "%" is Mailman's own sign for the settings' interpolation.
  const tls = "sslmode=verify-full&sslrootcert=/config/ca.pem&connect_timeout=10";
  return `[mailman]
site_owner: postmaster@${domain}
noreply_address: noreply
default_language: da
layout: planb
pending_request_life: 7d
[paths.planb]
bin_dir: /usr/lib/mailman3/bin
var_dir: /data/mailman
queue_dir: $var_dir/queue
list_data_dir: $var_dir/lists
data_dir: $var_dir/data
cache_dir: $var_dir/cache
messages_dir: $var_dir/messages
archive_dir: $var_dir/archives
template_dir: /opt/mailman/templates
log_dir: /run/lists
lock_dir: /run/lists/locks
etc_dir: /run/lists/etc
ext_dir: /run/lists/ext
pid_file: /run/lists/mailman.pid
lock_file: $lock_dir/master.lck
[database]
class: mailman.database.postgresql.PostgreSQLDatabase
url: ${url}?${tls}
${logs.map((log) => `[logging.${log}]\npath: /dev/stdout`).join("\n")}
[logging.root]
path: /dev/stdout
level: warn
[logging.debug]
path: /dev/stdout
level: warn
[logging.http]
path: /dev/stdout
level: error
[logging.gunicorn]
path: /dev/null
[webservice]
hostname: 127.0.0.1
port: 8001
admin_user: lists
admin_pass: ${restPassword}
workers: 1
show_tracebacks: no
[mta]
incoming: mailman.mta.null.NullMTA
outgoing: planb_delivery.deliver
smtp_host: 127.0.0.1
smtp_port: 8026
lmtp_host: 127.0.0.1
lmtp_port: 8025
max_recipients: 500
[archiver.prototype]
enable: yes
[antispam]
header_checks:
  X-Spam: ^yes
jump_chain: hold
[runner.out]
sleep_time: 0.5s
[runner.queues]
class: planb_mailman.Queues
path:
sleep_time: 1s
[runner.bounces]
sleep_time: 20s
`;
}

/** What {@link stunnelConf} is made from. */
export interface StunnelConf {
  readonly lmtpPort: number;
  /** The mail server that takes what the lists send. */
  readonly mail: { readonly host: string; readonly port: number };
}

/** TLS before and behind Mailman, which speaks plainly on the loopback; both ends show the stack's certificates. Pure. */
export function stunnelConf({ lmtpPort, mail }: StunnelConf): string {
  const both = `cert = /config/tls/cert.pem
key = /config/tls/key.pem
CAfile = /config/ca.pem
verifyChain = yes
checkHost = ${mail.host}
sslVersionMin = TLSv1.2`;
  return `foreground = yes
pid =
debug = 4
[lmtp]
accept = 0.0.0.0:${lmtpPort}
connect = 127.0.0.1:8025
${both}
[smtp]
client = yes
protocol = smtp
accept = 127.0.0.1:8026
connect = ${mail.host}:${mail.port}
delay = yes
${both}
`;
}
