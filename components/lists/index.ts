import * as pulumi from "@pulumi/pulumi";
import { identityKey } from "../../model/identity-headers.ts";
import type { Probe, Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import type { ServiceArgs, StewardFiles } from "../args.ts";
import type { Database } from "../database/index.ts";
import { identityKeyLabel } from "../edge/index.ts";
import type { ListRoute } from "../mail/index.ts";
import type { PortalService } from "../portal/index.ts";
import { listsOf, mailmanCfg, mailRecipients } from "./conf.ts";
import type { ListsConfig } from "./config.ts";
import { type ListProber, listsPortal, listsProbes } from "./probes.ts";
import { stewardJson } from "./steward.ts";
import { listsName, listsRoute, listsWorkload, lmtpPort } from "./workloads.ts";

export { type ListsConfig, listsConfig } from "./config.ts";
export { listsName } from "./workloads.ts";

/** Name of the lists' database and role. */
export const listsDatabase = "lists";

/** Arguments of {@link Lists}. */
export interface ListsArgs extends ServiceArgs<ListsConfig> {
  readonly database: Database;
  /** The mail server that takes what the lists send. Default: `mail:2526` */
  readonly mail?: { readonly host: string; readonly port: number };
  /** Mail domains of the house. */
  readonly ownDomains: readonly string[];
  /** As whom and how probes write to a list. */
  readonly prober: ListProber;
  /** Workloads to be ready before the first start. Default: none. */
  readonly after?: readonly Running[];
}

/** Where the mail server sends the lists' mail. */
export const listsMailRoute = (config: ListsConfig): ListRoute => ({
  domain: config.domain,
  upstream: { workload: listsName, port: lmtpPort },
  recipients: mailRecipients(
    config.domain,
    listsOf(config, "-").map(({ name }) => name),
  ),
});

/** Mailing lists: Mailman, its archive and what people see of it. */
export class Lists extends pulumi.ComponentResource implements Service {
  readonly service = "lists";
  readonly url: string;
  readonly probes: readonly Probe[];
  /** For edge. */
  readonly route = listsRoute;
  readonly running: Running;
  /** For the start page. */
  readonly portal: PortalService;
  /** For the steward: which groups are on which list. */
  readonly stewardFiles: StewardFiles;

  constructor(name: string, args: ListsArgs, options?: pulumi.ComponentResourceOptions) {
    super("planb:service:Lists", name, {}, options);
    const { identity, config, secrets } = args;
    const { password, ...database } = args.database.connection(listsDatabase);
    const restPassword = secrets.derive("lists/rest/1");
    const stewardToken = secrets.derive("lists/steward/1");
    const tls = secrets.certificate("lists/tls/1", [listsName]);
    const workload = listsWorkload({
      identity,
      config,
      database,
      mail: args.mail ?? { host: "mail", port: 2526 },
      probeAddress: args.prober.address,
      caPem: secrets.caPem,
      ...tls,
      ownDomains: args.ownDomains,
      linkKey: secrets.derive("lists/link/1"),
      identityKey: secrets.derive(identityKeyLabel).apply(identityKey),
      stewardToken,
      restPassword,
      databasePassword: password,
      mailmanCfg: pulumi
        .all([password, restPassword])
        .apply(([databasePassword, rest]) =>
          mailmanCfg({ domain: config.domain, database, databasePassword, restPassword: rest }),
        ),
    });
    this.url = identity.origin(listsRoute.host);
    this.probes = listsProbes(this.url, config.domain, args.prober);
    this.portal = listsPortal(this.url);
    this.stewardFiles = {
      files: { "lists.json": stewardJson(config) },
      secretFiles: { "secrets/lists-token": stewardToken },
    };
    this.running = args.platform.run(workload, { parent: this, service: this.service, after: args.after ?? [] });
    this.registerOutputs({ url: this.url, probes: this.probes });
  }
}
