import type { Input } from "@pulumi/pulumi";
import type { StackIdentity } from "../../config/index.ts";
import type { Workload } from "../../model/index.ts";
import type { PortalService } from "../../portal/settings.ts";
import { accessUrl } from "../access/workloads.ts";
import type { Route } from "../edge/routes.ts";
import { httpsReady } from "../ready.ts";
import { openWebPaths, siteOf } from "../web.ts";
import type { PortalConfig } from "./config.ts";

/** What the workload is made from. */
export interface PortalWorkloadArgs {
  readonly identity: StackIdentity;
  readonly config: PortalConfig;
  readonly services: readonly PortalService[];
  readonly caPem: Input<string>;
  readonly certPem: Input<string>;
  readonly keyPem: Input<string>;
  /** The stack's random part of the identity headers' names. */
  readonly identityKey: Input<string>;
  /** Token by which the access service knows the portal. Default: no service takes app passwords. */
  readonly accessToken?: Input<string>;
}

/** Where edge finds the start page: behind the login, but for help, the page after logging out and the style sheet. */
export const portalRoute: Route = {
  service: "portal",
  host: "start",
  upstream: { workload: "portal", port: 8443 },
  login: "required",
  open: ["/hjaelp", ...openWebPaths],
};

/** What stands on every start page: the login itself, and the directory it asks. */
export const ownServices = (identity: StackIdentity): readonly PortalService[] => [
  {
    service: "sso",
    group: "ground",
    title: { da: "Login", en: "Login" },
    about: {
      da: "Dit brugernavn, din adgangskode og dit andet trin. Her ser du også, hvor du er logget ind.",
      en: "Your user name, password and second step. Here you also see where you are logged in.",
    },
    url: `${identity.origin("login")}/realms/planb/account/`,
  },
  {
    service: "directory",
    group: "ground",
    title: { da: "Brugerkatalog", en: "User directory" },
    about: {
      da: "Kommunens egen kopi af brugere og grupper. Den svarer, også når originalen er væk.",
      en: "The municipality's own copy of users and groups. It answers also when the original is gone.",
    },
  },
];

/** The start page as a workload. Pure. */
export function portalWorkload(args: PortalWorkloadArgs): Workload {
  const { identity, config, services } = args;
  const { phone, mail, hours, text } = config.help;
  const settings = {
    site: siteOf(identity, "start"),
    issuer: `${identity.origin("login")}/realms/planb`,
    statusUrl: "https://steward:9100/status.json",
    ...(args.accessToken === undefined ? {} : { accessUrl }),
    help: { phone, mail, hours, text },
    services,
  };
  return {
    name: "portal",
    image: "portal",
    // What it asks the steward and Keycloak is checked against the stack's CA besides the public ones.
    env: { NODE_EXTRA_CA_CERTS: "/config/ca.pem" },
    files: {
      "portal.json": `${JSON.stringify(settings, null, 2)}\n`,
      "ca.pem": args.caPem,
      "tls/cert.pem": args.certPem,
    },
    secretFiles: {
      "tls/key.pem": args.keyPem,
      "secrets/identity-key": args.identityKey,
      ...(args.accessToken === undefined ? {} : { "secrets/access-token": args.accessToken }),
    },
    ports: [{ name: "https", port: 8443 }],
    ready: httpsReady("portal", "/hjaelp"),
    memoryMiB: config.memoryMiB,
    cpu: 0.5,
    user: 1005,
    reachableFrom: ["edge"],
  };
}
