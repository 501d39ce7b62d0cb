import * as pulumi from "@pulumi/pulumi";
import { identityKey } from "../../model/identity-headers.ts";
import type { Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import { accessTokenLabel } from "../access/index.ts";
import type { ServiceArgs } from "../args.ts";
import type { CertificateOutput } from "../secrets.ts";
import { checkOwnKey, expiredCertificate, readOwnCertificate } from "./certificate.ts";
import { edgeSecretConf } from "./conf/index.ts";
import type { EdgeConfig } from "./config.ts";
import { edgeProbes } from "./probes.ts";
import { loginRoute, type Route, type Site } from "./routes.ts";
import { edgeWorkload } from "./workloads.ts";

export { coveredNames, expiredCertificate, publicRoots } from "./certificate.ts";
export { type EdgeConfig, edgeConfig } from "./config.ts";
export { loginHost, oidcClientUrls, type Route, type Site, type Upstream } from "./routes.ts";

/** Label of the secret that names the identity headers; the services behind derive it too. */
export const identityKeyLabel = "edge/identity-headers/1";
/** Label of the client secret of `edge` at Keycloak. */
export const clientSecretLabel = "edge/oidc-client/1";

/** What edge needs beside the usual. */
export interface EdgeArgs extends ServiceArgs<EdgeConfig> {
  /** Routes of the services, the start page's among them. The login host is edge's own. */
  readonly routes: readonly Route[];
  /** Pages under names outside the stack's domain; the certificate covers them, see {@link coveredNames}. */
  readonly sites: readonly Site[];
  /** Roots of the public certificate, see {@link publicRoots}. */
  readonly roots: string;
  /** Workloads behind the routes, to be ready before the first start. */
  readonly after: readonly Running[];
}

/** The TLS gateway: one pair of public ports, a host name for each service, the login in front of them. */
export class Edge extends pulumi.ComponentResource implements Service {
  readonly service = "edge";
  readonly probes;
  /** Public address of each service behind, by service. */
  readonly urls: Readonly<Record<string, string>>;
  /** First labels of the hosts that ask for a login, for the clients at Keycloak. */
  readonly loginHosts: readonly string[];
  /** The gateway, to name in `after`. */
  readonly running: Running;

  constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("planb:service:Edge", name, {}, opts);
    const { identity, config, secrets } = args;
    const routes = [loginRoute(identity, config.adminFrom), ...args.routes];
    const hosts = [...routes.map((route) => identity.hostName(route.host)), ...args.sites.map((site) => site.hostName)];
    const certificate = publicCertificate(args, hosts);
    const expired = expiredCertificate(identity.name, config.certificate);
    if (expired !== undefined) void pulumi.log.warn(expired, this);
    const secretConf = pulumi
      .all([
        secrets.derive(identityKeyLabel),
        secrets.derive(clientSecretLabel),
        secrets.derive("edge/session/1"),
        secrets.derive(accessTokenLabel("edge")),
      ])
      .apply(([key, clientSecret, passphrase, accessToken]) =>
        edgeSecretConf({ identityKey: identityKey(key), clientSecret, passphrase, accessToken }),
      );
    const workload = edgeWorkload({
      ...{ identity, config, routes, sites: args.sites, caPem: secrets.caPem, ...certificate, secretConf },
      roots: args.roots,
    });
    this.running = args.platform.run(workload, { parent: this, service: this.service, after: args.after });
    this.urls = Object.fromEntries(routes.map((route) => [route.service, identity.origin(route.host)]));
    this.loginHosts = routes.filter(({ login }) => login === "required").map(({ host }) => host);
    this.probes = edgeProbes(identity);
    this.registerOutputs({ urls: this.urls });
  }
}

/** The certificate edge shows: the stack's own, or the municipality's. ACME's arrives at run time. */
function publicCertificate(args: EdgeArgs, hosts: readonly string[]): CertificateOutput {
  return ownCertificate(args, hosts) ?? args.secrets.certificate("edge/tls/1", hosts);
}

/**
 * The municipality's own certificate with its key, where the stack file names one.
 *
 * @param hosts names it must be valid for
 * @throws UserError when it is not, or its key is another's
 */
export function ownCertificate(
  { identity, config, secrets }: Pick<EdgeArgs, "identity" | "config" | "secrets">,
  hosts: readonly string[],
): CertificateOutput | undefined {
  if (config.certificate.kind !== "file") return undefined;
  const certPem = readOwnCertificate(identity.name, config.certificate.chain, hosts);
  return {
    certPem: pulumi.output(certPem),
    keyPem: secrets.given("edgeKey").apply((key) => checkOwnKey(certPem, key)),
  };
}
