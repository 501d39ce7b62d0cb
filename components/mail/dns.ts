import { isIP } from "node:net";
import type { StackIdentity } from "../../config/index.ts";
import type { MailSettings } from "./config.ts";
import { stsHost, stsRecord } from "./sites.ts";

/** A record that the DNS must hold. */
export interface MailRecord {
  /** Full name, without the last dot. */
  readonly name: string;
  readonly type: "A" | "AAAA" | "MX" | "TXT" | "SRV";
  /** As a zone file has it, without quotes; names with their last dot. */
  readonly value: string;
  /** What it is for, in a word or two. */
  readonly about: string;
}

/** The public part of a key that signs mail. */
export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  /** The key, base64. */
  readonly key: string;
}

/** What the records are made from. */
export interface DnsArgs {
  readonly identity: StackIdentity;
  /** First labels of the stack's public hosts, e.g. "start"; that of mail is added. */
  readonly hosts: readonly string[];
  /** Whole names of hosts of the mail domains that edge serves, see `mailSites`. */
  readonly sites: readonly string[];
  /** Default: no mail, and none of its records. */
  readonly settings?: MailSettings;
  /** Port of IMAP and of ManageSieve on the stack's address. */
  readonly imapPort?: number;
  readonly sievePort?: number;
  /** First label of the host with calendars and contacts. Default: none. */
  readonly calendarHost?: string;
  /** The lists' domain. Default: none. */
  readonly listsDomain?: string;
  readonly keys: readonly DkimKey[];
}

/** The same with mail. */
type MailArgs = DnsArgs & { readonly settings: MailSettings };

/** Every record of a stack's mail and public hosts, in the order a person would enter them. Pure. */
export function dnsRecords(args: DnsArgs): readonly MailRecord[] {
  const { identity, settings, listsDomain, sites } = args;
  const own = [...new Set([...args.hosts, ...(settings ? ["mail"] : [])])].map((host) => identity.hostName(host));
  const type = isIP(identity.hostAddress) === 6 ? "AAAA" : "A";
  const hosts = [...own, ...sites].map((name): MailRecord => {
    return { name, type, value: identity.hostAddress, about: "host" };
  });
  if (settings === undefined) return hosts;
  const mail = { ...args, settings };
  // What has no sender, as bounces, is judged by the name with which the server greets (RFC 7208, 2.4).
  const greeting: MailRecord = { name: identity.hostName("mail"), type: "TXT", value: "v=spf1 a -all", about: "SPF" };
  return [
    ...hosts,
    greeting,
    ...settings.domains.flatMap((domain) => domainRecords(domain, mail)),
    ...(listsDomain ? basicRecords(listsDomain, mail) : []),
  ];
}

/** Where mail for a domain goes, who sends for it, how it is signed, and how it is to be delivered. */
function basicRecords(domain: string, { identity, settings, keys, sites }: MailArgs): MailRecord[] {
  const mail = identity.hostName("mail");
  const { policy, reports } = settings.dmarc;
  const mine = keys.filter((key) => key.domain === domain);
  const { smarthost, correspondents } = settings;
  // What goes to correspondents leaves here, whatever the smarthost.
  const senders = [...(smarthost ? [smarthost.host] : []), ...(!smarthost || correspondents.length > 0 ? [mail] : [])];
  const text = (name: string, value: string, about: string): MailRecord => ({ name, type: "TXT", value, about });
  return [
    { name: domain, type: "MX", value: `10 ${mail}.`, about: "MX" },
    text(domain, `v=spf1 ${senders.map((host) => `a:${host}`).join(" ")} -all`, "SPF"),
    ...mine.map(({ selector, key }) => text(`${selector}._domainkey.${domain}`, `v=DKIM1; k=rsa; p=${key}`, "DKIM")),
    text(`_dmarc.${domain}`, `v=DMARC1; p=${policy}${reports ? `; rua=mailto:${reports}` : ""}`, "DMARC"),
    ...(sites.includes(stsHost(domain))
      ? [text(`_mta-sts.${domain}`, stsRecord(identity, settings.mtaSts), "MTA-STS")]
      : []),
    ...(reports ? [text(`_smtp._tls.${domain}`, `v=TLSRPTv1; rua=mailto:${reports}`, "TLS reports")] : []),
  ];
}

function domainRecords(domain: string, args: MailArgs): MailRecord[] {
  const { identity, settings, imapPort = 993, sievePort = 4190, calendarHost } = args;
  const service = (name: string, host: string, port: number): MailRecord => ({
    name: `_${name}._tcp.${domain}`,
    type: "SRV",
    value: `0 1 ${port} ${identity.hostName(host)}.`,
    about: "mail programs",
  });
  return [
    ...basicRecords(domain, args),
    service("imaps", "mail", imapPort),
    service("submissions", "mail", settings.ports.submissions),
    service("submission", "mail", settings.ports.submission),
    service("sieve", "mail", sievePort),
    ...(calendarHost
      ? [
          service("caldavs", calendarHost, identity.httpsPort),
          service("carddavs", calendarHost, identity.httpsPort),
          { name: `_caldavs._tcp.${domain}`, type: "TXT", value: "path=/SOGo/dav/", about: "calendars" } as const,
          { name: `_carddavs._tcp.${domain}`, type: "TXT", value: "path=/SOGo/dav/", about: "contacts" } as const,
        ]
      : []),
  ];
}

/** A record as a line of a zone file; long texts in pieces, for a piece has at most 255 characters. */
export function zoneLine({ name, type, value }: MailRecord): string {
  const text = (value.match(/.{1,250}/g) ?? []).map((piece) => `"${piece}"`).join(" ");
  return `${name}. 3600 IN ${type} ${type === "TXT" ? text : value}`;
}

/**
 * Compares a record with what the DNS answers for its name and type.
 *
 * @param answers in the form of {@link MailRecord.value}
 * @returns undefined when it is there; otherwise what is wrong, in words
 */
export function recordProblem(record: MailRecord, answers: readonly string[]): string | undefined {
  const same = (text: string) => text.replaceAll(/\s+/g, " ").trim().toLowerCase();
  // Keys tell capitals apart, host names do not.
  const plain = record.type === "TXT" ? (text: string) => text.replaceAll(/\s+/g, " ").trim() : same;
  const wanted = plain(record.value);
  const kind = /^v=(spf1|DKIM1|DMARC1|STSv1|TLSRPTv1)/.exec(record.value)?.[0];
  const related = kind ? answers.filter((answer) => answer.startsWith(kind)) : answers;
  if (kind === "v=spf1" && related.length > 1) return `more than one SPF record: ${related.join(" | ")}`;
  if (related.some((answer) => plain(answer) === wanted)) {
    const others = record.type === "MX" ? related.filter((answer) => plain(answer) !== wanted) : [];
    return others.length > 0 ? `another server takes mail too: ${others.join(", ")}` : undefined;
  }
  return related.length > 0 ? `is: ${related.join(" | ")}` : "missing";
}
