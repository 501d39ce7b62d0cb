import type { MailSettings } from "../components/mail/config.ts";
import { mailHost } from "../components/mail/testing/world.ts";
import { filterWorkload } from "../components/mail/workloads.ts";
import { authority, type Workload } from "../model/index.ts";
import type { TestStack } from "../test/contract/engine.ts";
import { buildUponBase } from "../test/contract/upon-base.ts";
import type { MailServer, Reader } from "./mail-load.ts";

const image = "planb-bench-mail:2";

/** Packages of Debian's that a mail server of one's own is made from. */
const buildPeer = (): Promise<void> =>
  buildUponBase(image, ["postfix", "dovecot-imapd", "dovecot-lmtpd", "dnsmasq-base"]);

/** The peer's master.cf: Debian's, without what nobody here uses, and nothing chrooted. */
const masterCf = `25 inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

const mainCf = (settings: Readonly<Record<string, string>>) =>
  Object.entries({
    compatibility_level: "3.10",
    maillog_file: "/dev/stdout",
    queue_directory: "/data/spool",
    data_directory: "/data/state",
    mydestination: "",
    inet_protocols: "ipv4",
    // No name server knows this host; where none answers at all, each connection would wait ten seconds for one.
    smtpd_peername_lookup: "no",
    smtpd_tls_security_level: "may",
    smtpd_tls_cert_file: "/config/tls/cert.pem",
    smtpd_tls_key_file: "/config/tls/key.pem",
    ...settings,
  })
    .map(([name, value]) => `${name} = ${value}\n`)
    .join("");

const dovecotConf = `dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = /run/dovecot
state_dir = /data/state
log_path = /dev/stderr
protocols = imap lmtp
ssl = required
ssl_server_cert_file = /config/tls/cert.pem
ssl_server_key_file = /config/tls/key.pem
mail_driver = maildir
mail_home = /data/mail/%{user}
mail_path = ~/Maildir
mail_uid = 5000
mail_gid = 5000
namespace inbox {
  inbox = yes
}
passdb passwd-file {
  passwd_file_path = /config/users
}
userdb passwd-file {
  passwd_file_path = /config/users
}
service lmtp {
  unix_listener lmtp {
    mode = 0666
  }
}
`;

/** What Postfix and Dovecot need as root. */
const rights = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID", "SYS_CHROOT"];

/** A workload from the peer's image. */
async function runPeer(stack: TestStack, workload: Partial<Workload> & { readonly name: string }, script: string) {
  const made: Workload = {
    image: "postfix",
    ready: { tcp: 25 },
    ...{ memoryMiB: 512, cpu: 2, user: 0, reachableFrom: [], writablePaths: ["/run", "/tmp", "/var/lib/dovecot"] },
    capabilities: rights as Workload["capabilities"] & {},
    volumes: [{ name: "data", path: "/data", sizeGiB: 1, backup: { none: "a bench" } }],
    ports: [{ name: "smtp", port: 25 }],
    ...workload,
  };
  await stack.run(made, { image, entrypoint: ["bash", "-c", script] });
  await stack.ready(made.name);
}

/**
 * A name server that answers at once and from a table, so that no figure hangs on the names of others.
 *
 * @returns its address, for the filter
 */
export async function startNames(stack: TestStack): Promise<string> {
  await buildPeer();
  const names = [
    "--mx-host=outside.example,mx.outside.example",
    '--txt-record=outside.example,"v=spf1 ip4:192.0.2.1 ~all"',
    '--txt-record=_dmarc.outside.example,"v=DMARC1; p=none"',
    "--host-record=mx.outside.example,192.0.2.1",
  ];
  await runPeer(
    stack,
    {
      ...{ name: "dns", reachableFrom: ["filter"], memoryMiB: 32, cpu: 0.5, volumes: [], ready: { tcp: 53 } },
      ports: [{ name: "dns", port: 53, protocol: "udp" }],
    },
    `exec dnsmasq -k -u root --no-resolv --no-hosts --local=/#/ ${names.map((name) => `'${name}'`).join(" ")}`,
  );
  const { NetworkSettings } = await stack.inspect("dns");
  return Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
}

/** Files of the peer's Postfix. */
async function postfixFiles(
  settings: Readonly<Record<string, string>>,
): Promise<Pick<Workload, "files" | "secretFiles">> {
  const { certPem, keyPem } = await (await authority("bench".repeat(9), "ca/1", "Bench")).issue("mail/tls/1", [
    mailHost,
  ]);
  return {
    files: { "postfix/main.cf": mainCf(settings), "postfix/master.cf": masterCf, "tls/cert.pem": certPem },
    secretFiles: { "tls/key.pem": keyPem },
  };
}

/** How the peer's Postfix begins. */
const startPostfix = `mkdir -p /data/spool && install -d -o postfix /data/state && exec postfix -c /config/postfix start-fg`;

/**
 * Postfix and Dovecot of one machine as their makers describe it: mailboxes in a file of users, delivery by a socket; and a
 * filter of its own that is set as the stack's is.
 */
export async function startMailPeer(
  stack: TestStack,
  settings: MailSettings,
  readers: readonly Reader[],
  ports: { readonly smtp: number; readonly imaps: number },
): Promise<MailServer> {
  await buildPeer();
  const [domain = ""] = settings.domains;
  const files = await postfixFiles({
    myhostname: mailHost,
    virtual_mailbox_domains: domain,
    virtual_mailbox_maps: "texthash:/config/postfix/users",
    virtual_transport: "lmtp:unix:/run/dovecot/lmtp",
    smtpd_relay_restrictions: "reject_unauth_destination",
    message_size_limit: String(settings.maxMessageMiB * 2 ** 20),
    smtpd_recipient_limit: "20000",
    ...{ smtpd_milters: "inet:filter:11332", milter_default_action: "tempfail" },
  });
  await stack.run(filterWorkload(settings, settings.domains));
  await runPeer(
    stack,
    {
      name: "mail",
      files: {
        ...files.files,
        "postfix/users": readers.map(({ address }) => `${address} x\n`).join(""),
        "dovecot.conf": dovecotConf,
        users: readers.map(({ address, password }) => `${address}:{PLAIN}${password}:5000:5000\n`).join(""),
      },
      ...(files.secretFiles ? { secretFiles: files.secretFiles } : {}),
      ports: [
        { name: "smtp", port: 25, hostPort: ports.smtp },
        { name: "imaps", port: 993, hostPort: ports.imaps },
      ],
    },
    `install -d -o 5000 -g 5000 /data/mail && { dovecot -F -c /config/dovecot.conf & } && ${startPostfix}`,
  );
  await stack.ready("filter");
  const { caPem } = await authority("bench".repeat(9), "ca/1", "Bench");
  return { smtpPort: ports.smtp, imapPort: ports.imaps, caPem, hostName: mailHost };
}
