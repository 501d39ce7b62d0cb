import type { StackIdentity } from "../../config/index.ts";
import type { MailSettings } from "./config.ts";

/** A record that the DNS must hold. */
export interface MailRecord {
  /** Full name, without the last dot. */
  readonly name: string;
  readonly type: "A" | "MX" | "TXT" | "SRV";
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
  readonly settings: MailSettings;
  /** Port of IMAP and of ManageSieve on the stack's address. */
  readonly imapPort: number;
  readonly sievePort: number;
  /** First labels of the stack's public hosts, e.g. "start". */
  readonly hosts: readonly string[];
  /** First label of the host with calendars and contacts. Default: none. */
  readonly calendarHost?: string;
  /** The lists' domain. Default: none. */
  readonly listsDomain?: string;
  readonly keys: readonly DkimKey[];
}

/** Every record of a stack's mail and public hosts, in the order a person would enter them. Pure. */
export function dnsRecords(args: DnsArgs): readonly MailRecord[] {
  const { identity, settings, listsDomain } = args;
  const hosts = [...new Set([...args.hosts, "mail"])].map((host) => identity.hostName(host));
  return [
    ...hosts.map((name): MailRecord => ({ name, type: "A", value: identity.hostAddress, about: "host" })),
    ...settings.domains.flatMap((domain) => domainRecords(domain, args)),
    ...(listsDomain ? basicRecords(listsDomain, args) : []),
  ];
}

/** Where mail for a domain goes, who sends for it, and how it is signed. */
function basicRecords(domain: string, { identity, settings, keys }: DnsArgs): MailRecord[] {
  const mail = identity.hostName("mail");
  const { policy, reports } = settings.dmarc;
  const mine = keys.filter((key) => key.domain === domain);
  const sender = settings.smarthost?.host ?? mail;
  return [
    { name: domain, type: "MX", value: `10 ${mail}.`, about: "MX" },
    { name: domain, type: "TXT", value: `v=spf1 a:${sender} -all`, about: "SPF" },
    ...mine.map(
      ({ selector, key }): MailRecord => ({
        name: `${selector}._domainkey.${domain}`,
        type: "TXT",
        value: `v=DKIM1; k=rsa; p=${key}`,
        about: "DKIM",
      }),
    ),
    {
      name: `_dmarc.${domain}`,
      type: "TXT",
      value: `v=DMARC1; p=${policy}${reports ? `; rua=mailto:${reports}` : ""}`,
      about: "DMARC",
    },
  ];
}

function domainRecords(domain: string, args: DnsArgs): MailRecord[] {
  const { identity, settings, imapPort, sievePort, calendarHost } = args;
  const { reports } = settings.dmarc;
  const service = (name: string, host: string, port: number): MailRecord => ({
    name: `_${name}._tcp.${domain}`,
    type: "SRV",
    value: `0 1 ${port} ${identity.hostName(host)}.`,
    about: "mail programs",
  });
  return [
    ...basicRecords(domain, args),
    ...(reports
      ? [
          {
            name: `_smtp._tls.${domain}`,
            type: "TXT",
            value: `v=TLSRPTv1; rua=mailto:${reports}`,
            about: "TLS reports",
          } as const,
        ]
      : []),
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
  const kind = /^v=(spf1|DKIM1|DMARC1|TLSRPTv1)/.exec(record.value)?.[0];
  const related = kind ? answers.filter((answer) => answer.startsWith(kind)) : answers;
  if (kind === "v=spf1" && related.length > 1) return `more than one SPF record: ${related.join(" | ")}`;
  if (related.some((answer) => plain(answer) === wanted)) {
    const others = record.type === "MX" ? related.filter((answer) => plain(answer) !== wanted) : [];
    return others.length > 0 ? `another server takes mail too: ${others.join(", ")}` : undefined;
  }
  return related.length > 0 ? `is: ${related.join(" | ")}` : "missing";
}
