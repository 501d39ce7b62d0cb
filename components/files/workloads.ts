import type { Input } from "@pulumi/pulumi";
import type { StackIdentity } from "../../config/index.ts";
import type { FilesSettings } from "../../files/settings.ts";
import type { Workload } from "../../model/index.ts";
import { directoryName, directoryPort, serviceDn } from "../directory/index.ts";
import type { Route } from "../edge/routes.ts";
import { httpsReady } from "../ready.ts";
import { openWebPaths, siteOf } from "../web.ts";
import type { FilesConfig } from "./config.ts";

/** The workload's name, and so its host name inside the stack. */
export const filesName = "files";
/** First label of the public name. */
export const filesHost = "filer";

/** What the workload is made from. */
export interface FilesWorkloadArgs {
  readonly identity: StackIdentity;
  readonly config: FilesConfig;
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  /** The stack's random part of the identity headers' names. */
  readonly identityKey: Input<string>;
  /** Password of the directory's account `reader`. */
  readonly directoryPassword: Input<string>;
  /** Seals cookies of links with a password. */
  readonly cookieSecret: Input<string>;
}

/** Where edge finds the files: behind the login, but for links; programs come by password below `/dav/`. */
export const filesRoute: Route = {
  service: "files",
  host: filesHost,
  upstream: { workload: filesName, port: 8443 },
  login: "required",
  open: ["/d/", "/filer.js", ...openWebPaths],
  secret: ["/d/"],
  basic: { paths: ["/dav"], protocol: "dav" },
  // The quota is the limit, counted here while a file arrives.
  maxBodyMiB: 1_048_576,
  timeoutSeconds: 300,
  http1: true,
};

/** The files as a workload. Pure. */
export function filesWorkload(args: FilesWorkloadArgs): Workload {
  const { identity, config } = args;
  const { groups, quotaGiB, shares, trashDays, keepDays } = config;
  const settings: FilesSettings = {
    site: siteOf(identity, filesHost),
    ...{ groups, quotaGiB, shares, trashDays, keepDays },
    directory: { url: `ldaps://${directoryName}:${directoryPort}`, bindDn: serviceDn("reader"), rememberSeconds: 60 },
  };
  return {
    name: filesName,
    image: "files",
    files: {
      "files.json": `${JSON.stringify(settings, null, 2)}\n`,
      "ca.pem": args.caPem,
      "tls/cert.pem": args.certPem,
    },
    secretFiles: {
      "tls/key.pem": args.keyPem,
      "secrets/identity-key": args.identityKey,
      "secrets/directory": args.directoryPassword,
      "secrets/cookies": args.cookieSecret,
    },
    volumes: [{ name: "data", path: "/data", sizeGiB: config.sizeGiB, backup: "daily" }],
    ports: [{ name: "https", port: 8443 }],
    ready: httpsReady(filesName, "/stil.css"),
    memoryMiB: config.memoryMiB,
    cpu: 1,
    user: 1014,
    reachableFrom: ["edge"],
  };
}
