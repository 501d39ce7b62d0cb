import { createHash } from "node:crypto";
import type { StackIdentity } from "../../config/index.ts";
import type { Site } from "../edge/index.ts";
import type { MailSettings } from "./config.ts";

/** Host that tells other servers how mail for a domain is delivered (RFC 8461). */
export const stsHost = (domain: string): string => `mta-sts.${domain}`;
/** Host that tells mail programs how a domain's mail is set up. */
export const autoconfigHost = (domain: string): string => `autoconfig.${domain}`;

/** Path of the setup on {@link autoconfigHost}, as Thunderbird asks for it. */
export const autoconfigPath = "/mail/config-v1.1.xml";

/** What the pages are made from. */
export interface SiteArgs {
  readonly identity: StackIdentity;
  readonly settings: MailSettings;
  /** Port of IMAP on the stack's address. */
  readonly imapPort: number;
  /** The lists' domain, whose mail comes here too. Default: none. */
  readonly listsDomain?: string | undefined;
}

const dayInSeconds = 86_400;

/** The policy on delivery over TLS, the same for every domain whose mail comes here. Pure. */
export function stsPolicy(identity: StackIdentity, mode: MailSettings["mtaSts"]): string {
  // A policy that binds must outlive a week in which the host cannot be asked; one that does not is soon forgotten.
  const maxAge = mode === "enforce" ? 7 * dayInSeconds : dayInSeconds;
  return ["version: STSv1", `mode: ${mode}`, `mx: ${identity.hostName("mail")}`, `max_age: ${maxAge}`, ""].join("\r\n");
}

/** The record that announces the policy: its id changes when the policy does. Pure. */
export function stsRecord(identity: StackIdentity, mode: MailSettings["mtaSts"]): string {
  const id = createHash("sha256").update(stsPolicy(identity, mode)).digest("hex").slice(0, 20);
  return `v=STSv1; id=${id};`;
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/**
 * How mail programs are set up for a domain, in the form of
 * https://www.bucksch.org/1/projects/thunderbird/autoconfiguration/config-file-format.html. Pure.
 */
export function autoconfigXml(domain: string, { identity, settings, imapPort }: SiteArgs): string {
  const name = identity.language === "da" ? `Mail i ${identity.municipality}` : `Mail at ${identity.municipality}`;
  const server = (tag: string, type: string, port: number) => `    <${tag} type="${type}">
      <hostname>${escaped(identity.hostName("mail"))}</hostname>
      <port>${port}</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </${tag}>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="${escaped(domain)}">
    <domain>${escaped(domain)}</domain>
    <displayName>${escaped(name)}</displayName>
    <displayShortName>${escaped(identity.municipality)}</displayShortName>
${server("incomingServer", "imap", imapPort)}
${server("outgoingServer", "smtp", settings.ports.submissions)}
  </emailProvider>
</clientConfig>
`;
}

/** The pages of mail that stand under names of the mail domains themselves, for edge. Pure. */
export function mailSites(args: SiteArgs): readonly Site[] {
  const { identity, settings, listsDomain } = args;
  const policy = { type: "text/plain", text: stsPolicy(identity, settings.mtaSts) };
  return [
    ...[...settings.domains, ...(listsDomain ? [listsDomain] : [])].map((domain) => ({
      service: "mail",
      hostName: stsHost(domain),
      pages: { "/.well-known/mta-sts.txt": policy },
    })),
    ...settings.domains.map((domain) => ({
      service: "mail",
      hostName: autoconfigHost(domain),
      pages: { [autoconfigPath]: { type: "text/xml", text: autoconfigXml(domain, args) } },
    })),
  ];
}
