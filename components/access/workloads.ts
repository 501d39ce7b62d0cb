import type { Input } from "@pulumi/pulumi";
import { type AccessClient, type AccessSettings, accessClients } from "../../access/settings.ts";
import type { StackIdentity } from "../../config/index.ts";
import type { Workload } from "../../model/index.ts";
import { serviceDn, suffix } from "../directory/slapd.ts";
import { directoryName, directoryPort } from "../directory/workloads.ts";
import { httpsReady } from "../ready.ts";
import type { SsoConfig } from "../sso/config.ts";
import { shortGroupId } from "../sso/realm.ts";
import type { AccessConfig } from "./config.ts";

/** The workload's name, and so its host name inside the stack. */
export const accessName = "access";
/** Its HTTPS port. */
export const accessPort = 8443;
/** Where the stack's programs ask it. */
export const accessUrl = `https://${accessName}:${accessPort}`;
/** What the workload is made from. */
export interface AccessWorkloadArgs {
  readonly config: AccessConfig;
  /** The login's section: who needs a second factor, how many guesses there are. */
  readonly sso: SsoConfig;
  readonly identity: StackIdentity;
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  /** Password of its account in the directory. */
  readonly directoryPassword: Input<string>;
  readonly tokens: Readonly<Record<AccessClient, Input<string>>>;
}

/** The check of passwords as one workload. Pure. */
export function accessWorkload(args: AccessWorkloadArgs): Workload {
  const { config, sso, identity } = args;
  const { requiredFor } = sso.secondFactor;
  const settings: AccessSettings = {
    directory: { url: `ldaps://${directoryName}:${directoryPort}`, bindDn: serviceDn("access"), suffix },
    secondFactor: { requiredFor: requiredFor === "all" ? requiredFor : requiredFor.map(shortGroupId) },
    guessing: { ...sso.lockout, addressFailures: config.addressFailures },
    tokens: {
      issuer: `${identity.origin("login")}/realms/planb`,
      jwksUrl: "https://sso:8443/realms/planb/protocol/openid-connect/certs",
      // The OpenID client whose access tokens open mail.
      clients: ["groupware"],
    },
  };
  return {
    name: accessName,
    image: "access",
    // Keycloak's certificate is checked against the stack's CA.
    env: { NODE_EXTRA_CA_CERTS: "/config/ca.pem" },
    files: {
      "access.json": `${JSON.stringify(settings, undefined, 2)}\n`,
      "ca.pem": args.caPem,
      "tls/cert.pem": args.certPem,
    },
    secretFiles: {
      "tls/key.pem": args.keyPem,
      "secrets/directory": args.directoryPassword,
      ...Object.fromEntries(accessClients.map((client) => [`secrets/clients/${client}`, args.tokens[client]])),
    },
    ports: [{ name: "https", port: accessPort }],
    ready: httpsReady(accessName, "/health"),
    memoryMiB: config.memoryMiB,
    cpu: 0.5,
    user: 1008,
    reachableFrom: [...accessClients],
  };
}
