import type { Input } from "@pulumi/pulumi";
import type { StackIdentity } from "../../config/index.ts";
import { type ListsSettings, oneClickPath } from "../../lists/settings.ts";
import type { Workload } from "../../model/index.ts";
import type { Route } from "../edge/routes.ts";
import { openWebPaths, siteOf } from "../web.ts";
import { listsOf, stunnelConf } from "./conf.ts";
import type { ListsConfig } from "./config.ts";

/** The workload's name, and so its host name inside the stack. */
export const listsName = "lists";
/** LMTP with TLS from the first byte. */
export const lmtpPort = 8024;

/** Where edge finds the lists' pages. */
export const listsRoute: Route = {
  service: "lists",
  host: "lister",
  upstream: { workload: listsName, port: 8443 },
  login: "required",
  open: [...openWebPaths, oneClickPath],
  secret: [`${oneClickPath}/`],
  timeoutSeconds: 60,
};

/** What the workload is made from. */
export interface ListsWorkloadArgs {
  readonly identity: StackIdentity;
  readonly config: ListsConfig;
  readonly database: ListsSettings["database"];
  /** The mail server that takes what the lists send, over STARTTLS and with the lists' certificate. */
  readonly mail: { readonly host: string; readonly port: number };
  /** Mail domains of the house. */
  readonly ownDomains: readonly string[];
  /** Address of the account that probes use. */
  readonly probeAddress: string;
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  readonly identityKey: Input<string>;
  /** With which links in letters are signed. */
  readonly linkKey: Input<string>;
  readonly stewardToken: Input<string>;
  readonly restPassword: Input<string>;
  readonly databasePassword: Input<string>;
  /** Mailman's configuration, with passwords. */
  readonly mailmanCfg: Input<string>;
}

/** Mailman and its pages as one workload. Pure. */
export function listsWorkload(args: ListsWorkloadArgs): Workload {
  const { identity, config, mail } = args;
  const settings: ListsSettings = {
    site: siteOf(identity, listsRoute.host),
    domain: config.domain,
    ownDomains: [...args.ownDomains],
    lists: listsOf(config, args.probeAddress),
    database: args.database,
  };
  return {
    name: listsName,
    image: "mailman",
    env: { LISTS_HEAP_MIB: String(Math.max(48, Math.floor(config.memoryMiB / 5))) },
    files: {
      "lists.json": `${JSON.stringify(settings, undefined, 2)}\n`,
      "stunnel.conf": stunnelConf({ lmtpPort, mail }),
      "ca.pem": args.caPem,
      "tls/cert.pem": args.certPem,
    },
    secretFiles: {
      "tls/key.pem": args.keyPem,
      "secrets/identity-key": args.identityKey,
      "secrets/link-key": args.linkKey,
      "secrets/steward-token": args.stewardToken,
      "secrets/rest": args.restPassword,
      "secrets/database": args.databasePassword,
      "secrets/mailman.cfg": args.mailmanCfg,
    },
    volumes: [{ name: "data", path: "/data", sizeGiB: config.sizeGiB, backup: "daily" }],
    ports: [
      { name: "lmtp", port: lmtpPort },
      { name: "https", port: 8443 },
    ],
    ready: { exec: ["lists-ready"], withinSeconds: 120, everySeconds: 10 },
    memoryMiB: config.memoryMiB,
    cpu: config.cpu,
    user: 1012,
    writablePaths: ["/tmp", "/run/lists"],
    reachableFrom: ["mail", "edge", "steward"],
  };
}
