import * as pulumi from "@pulumi/pulumi";
import { identityKey } from "../../model/identity-headers.ts";
import type { Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import type { ServiceArgs, StewardFiles } from "../args.ts";
import type { Database } from "../database/index.ts";
import type { Directory } from "../directory/index.ts";
import { identityKeyLabel } from "../edge/index.ts";
import type { PortalService } from "../portal/index.ts";
import type { StackSecrets } from "../secrets.ts";
import { groupwareClientLabel } from "../sso/index.ts";
import type { BookingConfig } from "./config.ts";
import { bookablesJson } from "./from-directory.ts";
import { frontConf } from "./front.ts";
import { bookingPortalService } from "./portal.ts";
import { bookingProbes } from "./probes.ts";
import { sogoConf } from "./sogo.ts";
import {
  bookingJson,
  bookingResources,
  bookingRoute,
  groupwareDatabase,
  groupwareHost,
  groupwareName,
  groupwareWorkload,
  loggedOutPage,
  withProbeRoom,
} from "./workloads.ts";

export { type BookingConfig, bookingConfig } from "./config.ts";
export { groupwareDatabase, groupwareHost, groupwareName, groupwareUrls } from "./workloads.ts";

/** The groupware's certificate, by which the mail service knows it when it sends what calendar programs invite to. */
export const groupwareCertificate = (secrets: StackSecrets) => secrets.certificate("groupware/tls/1", [groupwareName]);

/** Arguments of {@link Booking}. */
export interface BookingArgs extends ServiceArgs<BookingConfig> {
  /** PostgreSQL, with {@link groupwareDatabase} among its clients. */
  readonly database: Database;
  readonly directory: Directory;
  /** First mail domain of the stack, if it has mailboxes: then there is web mail, and invitations go out. */
  readonly mailDomain?: string;
  /** Workloads to be ready before the first start: database, directory, login. */
  readonly after: readonly Running[];
}

/** Calendar, booking of rooms and equipment, contacts and web mail: SOGo, and what keeps its bookings sound. */
export class Booking extends pulumi.ComponentResource implements Service {
  readonly service = "booking";
  readonly url: string;
  readonly probes;
  /** For edge. */
  readonly route = bookingRoute;
  readonly running: Running;
  /** Rooms and equipment for the directory. */
  readonly stewardFiles: StewardFiles;
  /** As the start page lists it. */
  readonly portalService: PortalService;
  /** Addresses of the door screens, by `door-<id>`, for the stack's outputs: who has one reads a room's day. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: BookingArgs, options?: pulumi.ComponentResourceOptions) {
    super("planb:service:Booking", name, {}, options);
    const { identity, secrets, mailDomain } = args;
    const domain = mailDomain ?? identity.domain;
    const config = withProbeRoom(args.config, domain);
    const { fromDirectory } = config;
    const connection = args.database.connection(groupwareDatabase);
    const { password: databasePassword, ...database } = connection;
    const origin = identity.origin(groupwareHost);
    const directoryPassword = args.directory.password("groupware");
    const doors = pulumi.all(
      Object.fromEntries(
        [...config.rooms, ...config.equipment].map(({ id }) => [
          id,
          secrets.derive(`booking/door/${id}/1`).apply((derived) => derived.slice(0, 24)),
        ]),
      ),
    );
    const common = { origin, language: identity.language, municipality: identity.municipality } as const;
    const workload = groupwareWorkload(config, bookingJson(config, common, database), {
      caPem: secrets.caPem,
      ...groupwareCertificate(secrets),
      sogoConf: pulumi
        .all([directoryPassword, secrets.derive(groupwareClientLabel)])
        .apply(([directorySecret, clientSecret]) =>
          sogoConf(
            {
              ...common,
              database,
              mailDomain: domain,
              webmail: mailDomain !== undefined,
            },
            { directoryPassword: directorySecret, clientSecret },
          ),
        ),
      frontConf: secrets.derive(identityKeyLabel).apply((derived) =>
        frontConf({
          ...common,
          hostName: identity.hostName(groupwareHost),
          httpsPort: identity.httpsPort,
          loggedOut: loggedOutPage(identity),
          identityKey: identityKey(derived),
        }),
      ),
      databasePassword,
      directoryPassword,
      doors: doors.apply((tokens) => JSON.stringify(tokens)),
      doorKey: secrets.derive("booking/door-key/1"),
    });
    this.url = origin;
    this.probes = bookingProbes(identity, args.mailDomain);
    this.stewardFiles = {
      files: {
        "resources/booking.json": `${JSON.stringify(bookingResources(config), undefined, 2)}\n`,
        ...(fromDirectory ? { "bookables.json": bookablesJson(fromDirectory) } : {}),
      },
      secretFiles: {},
    };
    this.portalService = bookingPortalService(identity, mailDomain !== undefined);
    this.secrets = Object.fromEntries(
      [...args.config.rooms, ...args.config.equipment].map(({ id }) => [
        `door-${id}`,
        pulumi.interpolate`${origin}/doer/${doors.apply((tokens) => tokens[id] ?? "")}`,
      ]),
    );
    this.running = args.platform.run(workload, { parent: this, service: this.service, after: args.after });
    this.registerOutputs({ url: this.url, probes: this.probes });
  }
}
