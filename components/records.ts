import { type StackConfig, type StackIdentity, shownPath, stackFile } from "../config/index.ts";
import { UserError } from "../model/errors.ts";
import { bookingRoute } from "./booking/workloads.ts";
import { directoryName } from "./directory/index.ts";
import type { Site } from "./edge/index.ts";
import { coveredNames, loginHost } from "./edge/index.ts";
import { filesRoute } from "./files/workloads.ts";
import type { sections } from "./index.ts";
import { listsRoute } from "./lists/workloads.ts";
import { type DkimKey, dnsRecords, type MailRecord } from "./mail/dns.ts";
import { mailSites } from "./mail/sites.ts";
import { portalRoute } from "./portal/workloads.ts";

type Config = StackConfig<typeof sections>;

/** The pages of mail under names of the mail domains, and which of the names the public certificate lacks. */
export interface MailSites {
  readonly served: readonly Site[];
  /** Not served, and not announced: who asked there would find a certificate for another name. */
  readonly uncovered: readonly string[];
}

/**
 * The pages of mail under names of the mail domains.
 *
 * @throws UserError when the municipality's own certificate cannot be read
 */
export function sitesOf(config: Config, identity: StackIdentity): MailSites {
  const { mail, lists, edge } = config;
  if (mail === undefined) return { served: [], uncovered: [] };
  const all = mailSites({ identity, settings: mail, imapPort: mail.mailbox.imapPort, listsDomain: lists?.domain });
  const names = all.map(({ hostName }) => hostName);
  const covered = coveredNames(identity.name, edge.certificate, names);
  return {
    served: all.filter(({ hostName }) => covered.includes(hostName)),
    uncovered: names.filter((name) => !covered.includes(name)),
  };
}

/**
 * Whether the municipality's own certificate covers the mail server's name: then other servers are shown it.
 *
 * @throws UserError when others are told to deliver to nothing less (`mail.mtaSts: enforce`), and a name is not covered
 */
export function coversMailServer(config: Config, identity: StackIdentity): boolean {
  const { mail, edge } = config;
  if (mail === undefined || edge.certificate.kind !== "file") return false;
  const server = identity.hostName("mail");
  const covered = coveredNames(identity.name, edge.certificate, [server]).length > 0;
  const policies = sitesOf(config, identity).uncovered.filter((name) => name.startsWith("mta-sts."));
  const missing = [...(covered ? [] : [server]), ...policies];
  if (mail.mtaSts !== "enforce" || missing.length === 0) return covered;
  throw new UserError(
    `${shownPath(stackFile(identity.name))}: mail.mtaSts: got "enforce", with which nobody delivers mail unless the certificate ` +
      `"${edge.certificate.chain}" covers ${missing.join(", ")}; add the names to it, or set testing`,
  );
}

/** Every record that the DNS must hold for a stack. @param keys public parts of the keys that sign mail */
export function stackRecords(config: Config, identity: StackIdentity, keys: readonly DkimKey[]): readonly MailRecord[] {
  const { mail, booking, lists, files, directory } = config;
  return dnsRecords({
    identity,
    hosts: [
      portalRoute.host,
      loginHost,
      ...(booking ? [bookingRoute.host] : []),
      ...(lists ? [listsRoute.host] : []),
      ...(files ? [filesRoute.host] : []),
      ...(directory.offer ? [directoryName] : []),
    ],
    sites: sitesOf(config, identity).served.map(({ hostName }) => hostName),
    ...(mail ? { settings: mail, imapPort: mail.mailbox.imapPort, sievePort: mail.mailbox.sievePort } : {}),
    ...(booking ? { calendarHost: bookingRoute.host } : {}),
    ...(lists ? { listsDomain: lists.domain } : {}),
    keys,
  });
}
