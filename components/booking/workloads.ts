import type { Input } from "@pulumi/pulumi";
import type { BookingSettings } from "../../booking/settings.ts";
import type { StackIdentity } from "../../config/index.ts";
import type { Workload } from "../../model/index.ts";
import type { ResourcesInput } from "../../steward/resources/config.ts";
import { serviceDn } from "../directory/slapd.ts";
import { directoryName, directoryPort } from "../directory/workloads.ts";
import type { Route } from "../edge/routes.ts";
import { portalRoute } from "../portal/workloads.ts";
import { ssoName } from "../sso/workloads.ts";
import { type BookingConfig, weekdays } from "./config.ts";
import { loggedOutPath } from "./front.ts";
import { stunnelConf } from "./sogo.ts";

/** The workload's name, and so its host name in the stack. */
export const groupwareName = "groupware";
/** First label of the public host name. */
export const groupwareHost = "kalender";
/** Name of its database and of the role that owns it. */
export const groupwareDatabase = "groupware";
/** The start page's own page for somebody who has logged out. */
export const loggedOutPage = (identity: Pick<StackIdentity, "origin">) =>
  `${identity.origin(portalRoute.host)}/logget-ud`;
/** Where Keycloak may send people back to, and where it tells that somebody has logged out. */
export const groupwareUrls = (identity: Pick<StackIdentity, "origin">) => ({
  redirectUri: `${identity.origin(groupwareHost)}/SOGo/`,
  postLogoutRedirectUri: loggedOutPage(identity),
  // Inside the stack: only Keycloak, the steward and edge reach this port, and edge leads nobody to this place.
  backchannelLogoutUrl: `https://${groupwareName}:8444${loggedOutPath}`,
});
/** Longest series with a room or equipment, in days: as far as SOGo itself looks for what is taken. */
const maxSeriesDays = 366;

/** Where edge finds calendar and web mail; SOGo asks for the login itself, calendar programs are asked by edge. */
export const bookingRoute: Route = {
  service: "booking",
  host: groupwareHost,
  upstream: { workload: groupwareName, port: 8443 },
  login: "none",
  secret: ["/doer/"],
  basic: {
    // The well-known names without a login, too, would send a program to a place that asks for one: asked here at once.
    paths: ["/SOGo/dav", "/.well-known/caldav", "/.well-known/carddav"],
    protocol: "dav",
    upstream: { workload: groupwareName, port: 8444 },
  },
  // As large as mail takes; more than one request may wait for its turn to write.
  maxBodyMiB: 50,
  timeoutSeconds: 90,
  frames: "same-origin",
  // SOGo's pages are made of scripts that write into themselves; nothing comes from elsewhere but pictures in mails.
  contentSecurityPolicy:
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
    "img-src 'self' data: blob: https:; font-src 'self' data:; connect-src 'self'; frame-src 'self' blob:; " +
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
};

type Declared = BookingConfig["rooms"][number] | BookingConfig["equipment"][number];

const all = ({ rooms, equipment }: BookingConfig) => [
  ...rooms.map((one) => ({ kind: "room" as const, one: one as Declared })),
  ...equipment.map((one) => ({ kind: "equipment" as const, one: one as Declared })),
];

const capacityOf = (one: Declared) => ("capacity" in one ? one.capacity : undefined);

/** Short name of the room that nobody but the smoke account books. */
const probeRoomId = "planb-proevelokale";

/** Address of the room that nobody but the smoke account books. @param mailDomain of the stack */
export const probeRoomAddress = (mailDomain: string): string => `${probeRoomId}@${mailDomain}`;

/** The section with the room for the probe, which proves at any hour that bookings hold without standing in anybody's way. */
export function withProbeRoom(config: BookingConfig, mailDomain: string): BookingConfig {
  const room = {
    ...{ id: probeRoomId, name: "Prøvelokale (kun til drift)", address: probeRoomAddress(mailDomain) },
    ...{ features: [], bookableBy: [], concurrent: 1 },
  };
  return { ...config, rooms: [...config.rooms, room] };
}

/** Content of the groupware's `/config/booking.json`. */
export function bookingJson(
  config: BookingConfig,
  identity: { readonly language: StackIdentity["language"]; readonly origin: string },
  database: BookingSettings["database"],
): BookingSettings {
  return {
    language: identity.language,
    keepDays: config.keepDays,
    maxSeriesDays,
    doorShows: config.doorShows,
    database,
    directory: { url: `ldaps://${directoryName}:${directoryPort}`, bindDn: serviceDn("groupware") },
    origin: identity.origin,
    fromDirectory: config.fromDirectory !== undefined,
    bookables: all(config).map(({ kind, one }) => {
      const hours = one.openingHours;
      const capacity = capacityOf(one);
      return {
        id: one.id,
        kind,
        name: one.name,
        addresses: [one.address.toLowerCase()],
        ...(one.building === undefined ? {} : { building: one.building }),
        ...(capacity === undefined ? {} : { capacity }),
        features: [...one.features],
        concurrent: one.concurrent,
        ...(hours === undefined
          ? {}
          : {
              openingHours: Object.fromEntries(
                Object.entries(hours).map(([day, text]) => {
                  const [from = "", to = ""] = text.split("-");
                  return [String(weekdays[day as keyof typeof weekdays]), [from, to] as [string, string]];
                }),
              ),
            }),
        bookers: [...one.bookableBy],
      };
    }),
  };
}

/** What the steward is handed, for the directory: an address that exists, so that mail to a room is not refused. */
export function bookingResources(config: BookingConfig): ResourcesInput {
  return {
    resources: all(config).map(({ kind, one }) => {
      const capacity = capacityOf(one);
      return {
        id: one.id,
        kind,
        displayName: one.name,
        mail: one.address,
        ...(one.building === undefined ? {} : { building: one.building }),
        ...(capacity === undefined ? {} : { capacity }),
        ...(one.features.length === 0 ? {} : { description: one.features.join(", ") }),
        concurrent: one.concurrent,
        bookers: [...one.bookableBy],
      };
    }),
  };
}

/** What {@link groupwareWorkload} needs besides the configuration. */
export interface GroupwareFiles {
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  /** SOGo's configuration, with its secrets. */
  readonly sogoConf: Input<string>;
  /** The web server's configuration; holds the identity headers' secret. */
  readonly frontConf: Input<string>;
  readonly databasePassword: Input<string>;
  readonly directoryPassword: Input<string>;
  /** Unguessable ends of the door screens' addresses, as JSON by id. */
  readonly doors: Input<string>;
  /** From which those of rooms are made that nobody declared. */
  readonly doorKey: Input<string>;
}

/** SOGo with its web server and the keeper of bookings as one workload. Pure. */
export function groupwareWorkload(config: BookingConfig, settings: BookingSettings, files: GroupwareFiles): Workload {
  return {
    name: groupwareName,
    image: "sogo",
    files: {
      "booking.json": `${JSON.stringify(settings, undefined, 2)}\n`,
      "stunnel.conf": stunnelConf,
      "ca.pem": files.caPem,
      "tls/cert.pem": files.certPem,
    },
    secretFiles: {
      "tls/key.pem": files.keyPem,
      "sogo.conf": files.sogoConf,
      "httpd.conf": files.frontConf,
      "secrets/database": files.databasePassword,
      "secrets/directory": files.directoryPassword,
      "secrets/doors.json": files.doors,
      "secrets/door-key": files.doorKey,
    },
    ports: [
      { name: "https", port: 8443 },
      { name: "dav", port: 8444 },
    ],
    ready: { exec: ["sogo-ready"], withinSeconds: 60 },
    memoryMiB: config.memoryMiB,
    cpu: config.cpu,
    user: 1013,
    writablePaths: ["/run/sogo", "/var/spool/sogo", "/tmp"],
    reachableFrom: ["edge", "steward", ssoName],
  };
}
