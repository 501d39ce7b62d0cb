import { randomUUID } from "node:crypto";
import { html } from "hono/html";
import type { Html } from "../web/layout.ts";
import type { User } from "../web/user.ts";
import { type Devices, deviceLogin } from "./devices.ts";

/** A property list: what Apple's configuration profiles are written in. */
type Plist = string | number | boolean | readonly Plist[] | { readonly [key: string]: Plist };

function plist(value: Plist): Html {
  if (typeof value === "string") return html`<string>${value}</string>`;
  if (typeof value === "number") return html`<integer>${value}</integer>`;
  if (typeof value === "boolean") return value ? html`<true/>` : html`<false/>`;
  if (Array.isArray(value)) return html`<array>${value.map((item: Plist) => plist(item))}</array>`;
  return html`<dict>${Object.entries(value).map(([key, item]) => html`<key>${key}</key>${plist(item)}`)}</dict>`;
}

/** What a profile is made from. */
export interface AppleProfileArgs {
  readonly municipality: string;
  /** Domain of the stack, reversed it names the profile, so that a newer one replaces it. */
  readonly domain: string;
  readonly title: string;
  readonly about: string;
  readonly user: User;
  readonly devices: Devices;
  /** App password to go with it. Default: the phone asks for it. */
  readonly password?: string;
}

/** Mail type of configuration profiles. */
export const appleProfileType = "application/x-apple-aspen-config";

/**
 * A configuration profile for iPhone and iPad: mail, calendar and contacts in one go. It is not signed.
 *
 * Keys: developer.apple.com/documentation/devicemanagement (Mail, CalDAV, CardDAV).
 */
export async function appleProfile(args: AppleProfileArgs): Promise<string> {
  const { municipality, domain, title, about, user, devices, password } = args;
  const login = deviceLogin(user);
  const name = domain.split(".").reverse().join(".");
  const payload = (type: string, id: string, rest: { readonly [key: string]: Plist }) => ({
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: `${name}.planb.${id}`,
    PayloadUUID: randomUUID(),
    PayloadDisplayName: title,
    ...rest,
  });
  const { imap, smtp, caldav, carddav } = devices;
  const mail =
    imap && smtp && user.mail !== ""
      ? [
          payload("com.apple.mail.managed", "mail", {
            EmailAccountDescription: municipality,
            EmailAccountName: user.name,
            EmailAccountType: "EmailTypeIMAP",
            EmailAddress: user.mail,
            IncomingMailServerAuthentication: "EmailAuthPassword",
            IncomingMailServerHostName: imap.host,
            IncomingMailServerPortNumber: imap.port,
            IncomingMailServerUseSSL: true,
            IncomingMailServerUsername: login,
            OutgoingMailServerAuthentication: "EmailAuthPassword",
            OutgoingMailServerHostName: smtp.host,
            OutgoingMailServerPortNumber: smtp.port,
            OutgoingMailServerUseSSL: true,
            OutgoingMailServerUsername: login,
            OutgoingPasswordSameAsIncomingPassword: true,
            ...(password === undefined ? {} : { IncomingPassword: password }),
          }),
        ]
      : [];
  const dav = (kind: "CalDAV" | "CardDAV", url: string | undefined) => {
    if (url === undefined) return [];
    const address = new URL(url);
    return [
      payload(`com.apple.${kind.toLowerCase()}.account`, kind.toLowerCase(), {
        [`${kind}AccountDescription`]: municipality,
        [`${kind}HostName`]: address.hostname,
        [`${kind}Port`]: Number(address.port || 443),
        [`${kind}PrincipalURL`]: address.pathname,
        [`${kind}UseSSL`]: true,
        [`${kind}Username`]: login,
        ...(password === undefined ? {} : { [`${kind}Password`]: password }),
      }),
    ];
  };
  const profile = plist({
    PayloadType: "Configuration",
    PayloadVersion: 1,
    PayloadIdentifier: `${name}.planb`,
    PayloadUUID: randomUUID(),
    PayloadDisplayName: title,
    PayloadDescription: about,
    PayloadOrganization: municipality,
    PayloadContent: [...mail, ...dav("CalDAV", caldav), ...dav("CardDAV", carddav)],
  });
  const doctype = `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${doctype}\n<plist version="1.0">${await profile}</plist>\n`;
}
