import type { Input } from "@pulumi/pulumi";
import type { StackIdentity } from "../../config/index.ts";
import type { Workload } from "../../model/index.ts";
import { edgeConf, siteFiles } from "./conf/index.ts";
import type { EdgeConfig } from "./config.ts";
import { errorPageFiles } from "./pages.ts";
import type { Route, Site } from "./routes.ts";

/** What the workload is made from. */
export interface EdgeWorkloadArgs {
  readonly identity: StackIdentity;
  readonly config: EdgeConfig;
  readonly routes: readonly Route[];
  /** Pages that edge serves itself. Default: none. */
  readonly sites?: readonly Site[];
  /** Root certificate of the stack, PEM. */
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  /** Roots of the public certificate, PEM, see `publicRoots`. */
  readonly roots?: string;
  /** The include with the secrets, see `edgeSecretConf`. */
  readonly secretConf: Input<string>;
}

/** Workloads that come to edge by the public names: Keycloak to end sessions, the steward to probe, the portal to ask. */
const clients = ["sso", "steward", "portal"];

/** The gateway as a workload. Pure. */
export function edgeWorkload(args: EdgeWorkloadArgs): Workload {
  const { identity, config, routes, sites = [] } = args;
  const acme = config.certificate.kind === "acme" ? config.certificate : undefined;
  const start = identity.hostName("start");
  const check = `http://127.0.0.1:${identity.httpPort}/root.crt`;
  return {
    name: "edge",
    image: "edge",
    // A service that is down has no name: its error page must not wait for resolvers outside.
    env: { RES_OPTIONS: "timeout:1 attempts:1" },
    files: {
      "edge.conf": edgeConf(identity, config, routes, sites),
      "ca.pem": args.caPem,
      ...(acme?.root ? { "acme-roots.pem": args.roots ?? "" } : {}),
      "tls/cert.pem": args.certPem,
      ...errorPageFiles(identity),
      ...siteFiles(sites),
    },
    secretFiles: {
      "tls/key.pem": args.keyPem,
      "secrets/edge.conf": args.secretConf,
    },
    ...(acme ? { volumes: [{ name: "acme", path: "/data", sizeGiB: 1, backup: "daily" as const }] } : {}),
    ports: [
      { name: "http", port: identity.httpPort, hostPort: identity.httpPort },
      { name: "https", port: identity.httpsPort, hostPort: identity.httpsPort },
    ],
    publicNames: [...routes.map((route) => identity.hostName(route.host)), ...sites.map(({ hostName }) => hostName)],
    ready: { exec: ["curl", "-fsS", "-o", "/dev/null", "-m", "4", "-H", `Host: ${start}`, check], withinSeconds: 30 },
    memoryMiB: config.memoryMiB,
    cpu: 1,
    user: 1001,
    writablePaths: ["/run/edge", "/tmp"],
    reachableFrom: clients,
    ...(acme
      ? { egress: [{ host: new URL(acme.directory).hostname, port: 443, why: "the public certificate over ACME" }] }
      : {}),
  };
}
