import type { AppPasswordKind } from "../model/app-password.ts";
import type { User } from "../web/user.ts";
import type { DeviceSetting, PortalService } from "./settings.ts";

/** Everything a person's device needs to reach the services, with the person's own addresses. */
export interface Devices {
  readonly imap?: MailServer;
  readonly smtp?: MailServer;
  readonly caldav?: string;
  readonly carddav?: string;
  readonly webdav?: string;
}

/** A mail server as a device reaches it. */
export type MailServer = Extract<DeviceSetting, { host: string }>;

/** What a person types as user name on a device. */
export const deviceLogin = (user: User): string => user.mail || user.user;

/** The settings of all services for one person; the first of a kind counts. */
export function devicesOf(services: readonly PortalService[], user: User): Devices {
  const settings = services.flatMap((service) => service.settings ?? []);
  const fill = (url: string) =>
    url.replaceAll("{guid}", encodeURIComponent(user.guid)).replaceAll("{user}", encodeURIComponent(user.user));
  const server = (kind: "imap" | "smtp") => settings.find((setting): setting is MailServer => setting.kind === kind);
  const address = (kind: "caldav" | "carddav" | "webdav") =>
    settings.flatMap((setting) => (setting.kind === kind && "url" in setting ? [fill(setting.url)] : []))[0];
  const all = {
    imap: server("imap"),
    smtp: server("smtp"),
    caldav: address("caldav"),
    carddav: address("carddav"),
    webdav: address("webdav"),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What app passwords are good for in this stack. */
export const kindsOf = (devices: Devices): readonly AppPasswordKind[] => [
  ...(devices.imap || devices.smtp ? (["mail"] as const) : []),
  ...(devices.caldav || devices.carddav || devices.webdav ? (["dav"] as const) : []),
];

/**
 * The mail account as Thunderbird for Android reads it from a QR code ("Export for Mobile", format version 1).
 *
 * @param password app password to go with it. Default: the phone asks for it
 * @returns undefined where the stack has no mail, or the person no address
 */
export function thunderbirdCode({ imap, smtp }: Devices, user: User, password?: string): string | undefined {
  if (!imap || !smtp || user.mail === "") return undefined;
  const login = deviceLogin(user);
  const security = (server: MailServer) => (server.security === "tls" ? 3 : 2);
  const secret = password === undefined ? [] : [password];
  return JSON.stringify([
    1,
    [1, 1],
    [0, imap.host, imap.port, security(imap), 1, login, ...(password === undefined ? [] : [user.mail, password])],
    [
      [
        [0, smtp.host, smtp.port, security(smtp), 1, login, ...secret],
        [user.mail, user.name],
      ],
    ],
  ]);
}

/** The calendar's address as DAVx5 opens it, from a link or a QR code, with the user name filled in. */
export function davLink({ caldav, carddav }: Devices, user: User): string | undefined {
  const address = caldav ?? carddav;
  if (address === undefined) return undefined;
  const scheme = caldav === undefined ? "carddavs:" : "caldavs:";
  return address.replace(/^https:\/\//, `${scheme}//${encodeURIComponent(deviceLogin(user))}@`);
}
