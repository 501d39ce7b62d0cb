import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MailSettings } from "../config.ts";
import { roomsDomain } from "./ldap.ts";

/** What Rspamd's configuration is made from. */
export interface RspamdArgs {
  readonly settings: MailSettings;
  /** Domains whose mail is signed: the people's and the lists'. */
  readonly signed: readonly string[];
}

/** Where the milter listens; its network has no other end than `mail`. */
export const milterPort = 11332;

/** To whom has sent more than the limits allow; plain letters, as answers of SMTP are. */
const tooMany =
  "Du har sendt mange mails paa kort tid: vent lidt, og send igen. / You have sent many letters in a short time: wait a little, and send again.";

const lua = (name: string) => readFileSync(join(import.meta.dirname, `${name}.lua`), "utf8");
/** Under which name Postfix shows the filter what it writes to senders itself. */
export const noticesUser = "notices";

const off = "enabled = false;\n";
/** Modules that ask servers of others, need what is not here, or cost more than they give. */
const unused = [
  ..."asn aws_s3 bimi clickhouse contextal dcc elastic external_services external_relay fuzzy_check gpt metadata_exporter".split(
    " ",
  ),
  ..."metric_exporter mx_check neural p0f reputation spamassassin spamtrap url_redirector rspamd_update greylist".split(
    " ",
  ),
  ..."history_redis antivirus known_senders".split(" "),
];

/**
 * Files below Rspamd's `local.d` and `override.d`, by path. Pure.
 *
 * Bayes, counts of what people send and replies are kept in Valkey, on a socket in the same container.
 */
export function rspamdFiles({ settings, signed }: RspamdArgs): Readonly<Record<string, string>> {
  const { spam, limits, resolvers, dkim } = settings;
  const modules = spam.blocklists ? unused : [...unused, "rbl", "surbl", "phishing"];
  const keys = `path = "/data/dkim/$domain.$selector.key";\nselector = "${dkim.selector}";\n`;
  return {
    ...Object.fromEntries(modules.map((name) => [`override.d/${name}.conf`, off])),
    // No address counts as ours: who is logged in is ours, and nobody else. Where Docker hides who connects, a stranger
    // would come from one of the networks that the makers take for local, and no check would be made.
    "override.d/options.inc": 'local_addrs = "127.0.0.1";\n',
    "local.d/options.inc": `filters = "chartable,dkim,regexp";
${resolvers.length > 0 ? `dns { nameserver = [${resolvers.map((address) => `"${address}"`).join(", ")}]; }\n` : ""}url_tld = "/usr/local/share/domains.dat";
# A message that takes longer is let through with what is known by then.
task_timeout = 8s;
max_message = ${settings.maxMessageMiB + 10}M;
control_socket = "/run/rspamd/rspamd.sock mode=0600";
`,
    "local.d/logging.inc": 'type = "console";\nlevel = "notice";\nsystemd = true;\n',
    "local.d/worker-proxy.inc": `bind_socket = "*:${milterPort}";
milter = yes;
count = 1;
timeout = 60s;
upstream "local" { default = yes; self_scan = yes; }
spam_header = "X-Spam";
reject_message = "Afvist som spam. / Refused as spam.";
`,
    // The proxy scans by itself, and nobody reaches a page of the filter.
    "local.d/worker-normal.inc": off,
    "override.d/worker-normal.inc": off,
    "override.d/worker-controller.inc": off,
    "override.d/worker-fuzzy.inc": off,
    "local.d/redis.conf": 'servers = "/run/rspamd/valkey.sock";\n',
    "local.d/actions.conf": `reject = ${spam.refuseAt};\nadd_header = ${spam.markAt};\ngreylist = null;\nrewrite_subject = null;\n`,
    "local.d/milter_headers.conf": `use = ["authentication-results", "x-spam-level", "x-spamd-bar"];
extended_spam_headers = false;
# What a stranger says of a check is taken out before ours goes in.
authenticated_headers = ["authentication-results"];
remove_upstream_spam_flag = true;
`,
    "local.d/dkim_signing.conf": `${keys}sign_authenticated = true;
sign_local = false;
allow_username_mismatch = true;
allow_hdrfrom_mismatch = true;
use_domain = "header";
use_esld = false;
check_pubkey = false;
try_fallback = true;
`,
    "local.d/arc.conf": `${keys}sign_inbound = true;
sign_authenticated = false;
sign_local = false;
allow_username_mismatch = true;
use_domain = "recipient";
use_esld = false;
try_fallback = true;
`,
    "local.d/dmarc.conf": `actions {\n  quarantine = "add_header";\n  reject = "reject";\n}\n`,
    "local.d/ratelimit.conf": `rates {
  messages {
    selector = "user.append('messages')";
    bucket {
      burst = ${Math.max(10, Math.ceil(limits.messagesPerHour / 2))}; rate = "${limits.messagesPerHour} / 1h";
      skip_recipients = true;
      message = "${tooMany}";
    }
  }
  recipients {
    selector = "user.append('recipients')";
    bucket {
      burst = ${Math.max(limits.recipientsPerMessage, Math.ceil(limits.recipientsPerHour / 2))}; rate = "${limits.recipientsPerHour} / 1h";
      message = "${tooMany}";
    }
  }
}
# By default a letter that names a postmaster too would not be counted.
whitelisted_rcpts = ["nobody@${roomsDomain}"];
whitelisted_user = ["stack", "machine", "${noticesUser}"];
`,
    "local.d/multimap.conf": `REFUSED_ATTACHMENT {
  type = "filename";
  filter = "extension";
  map = "/config/rspamd/maps/refused-attachments";
  action = "reject";
  message = "Vedhaeftede filer af denne slags modtages ikke. / Attached files of this kind are refused.";
}
`,
    // Rspamd reads rules in Lua by this name.
    "local.d/rspamd.lua": [
      lua("own-from"),
      lua("from-us").replace(
        "local ours = {}",
        `local ours = {${signed.map((name) => `["${name}"] = true`).join(", ")}}`,
      ),
      lua("long-header"),
    ].join("\n"),
    // What Postfix itself writes to senders is signed, and never refused: nobody would hear of it.
    "local.d/settings.conf": `notices {
  user = "${noticesUser}";
  apply { actions { reject = null; "add header" = null; } }
}
`,
    "maps/refused-attachments": settings.refusedAttachments.map((ending) => `${ending}\n`).join(""),
    // One model for all: a message that a few people file as spam is spam for the rest.
    "local.d/classifier-bayes.conf": `backend = "redis";\nautolearn = true;\n`,
    dkim: `${[dkim.selector, ...(dkim.next ? [dkim.next] : [])].flatMap((name) => signed.map((domain) => `${domain} ${name}\n`)).join("")}`,
  };
}
