import * as pulumi from "@pulumi/pulumi";
import { Secret } from "otpauth";
import type { Probe, Service } from "../../model/index.ts";
import type { Running } from "../../platform/platform.ts";
import { accessTokenLabel } from "../access/index.ts";
import type { ServiceArgs, StewardFiles } from "../args.ts";
import type { Database } from "../database/index.ts";
import { clientSecretLabel } from "../edge/index.ts";
import type { SsoConfig } from "./config.ts";
import { smokeSecrets, ssoProbes } from "./probes.ts";
import { realmJson, type SsoDirectory, type SsoGroupware } from "./realm.ts";
import { ssoName, ssoWorkload } from "./workloads.ts";

export { type SsoConfig, ssoConfig } from "./config.ts";
export { smokeSecrets } from "./probes.ts";
export { type SsoDirectory, type SsoGroupware, smokeAddress, smokeName, smokeUser } from "./realm.ts";
export { ssoName, ssoPort } from "./workloads.ts";

/** Name of the database that {@link Sso} asks the database component for. */
export const ssoDatabase = "keycloak";

/** Label of the secret of the OpenID Connect client `groupware`. */
export const groupwareClientLabel = "groupware/oidc-client/1";

/** Arguments of {@link Sso}. */
export interface SsoArgs extends ServiceArgs<SsoConfig> {
  /** PostgreSQL, with {@link ssoDatabase} among its clients. */
  readonly database: Database;
  readonly directory: SsoDirectory;
  /** The groupware, if the stack has one. */
  readonly groupware?: SsoGroupware;
  /** Workloads to be ready before the first start: database and directory. */
  readonly after: readonly Running[];
}

/** The login: Keycloak, whose realm the steward keeps as code describes it. */
export class Sso extends pulumi.ComponentResource implements Service {
  readonly service = "sso";
  readonly url: string;
  readonly probes: readonly Probe[];
  readonly running: Running;
  /** What the steward needs to keep the realm. @param loginHosts first labels of the hosts where edge asks for a login */
  readonly stewardFiles: (loginHosts: readonly string[]) => StewardFiles;
  /** Secrets that probes and operators need, for the stack's outputs. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: SsoArgs, options?: pulumi.ComponentResourceOptions) {
    super("planb:service:Sso", name, {}, options);
    const { config, identity, secrets } = args;
    const connection = args.database.connection(ssoDatabase);
    const made = {
      steward: secrets.derive("keycloak/steward/1"),
      breakGlassPassword: secrets.derive("keycloak/break-glass/1"),
      breakGlassTotp: secrets.derive("keycloak/break-glass-totp/1").apply(totpSeed),
      smokePassword: secrets.derive("smoke/password/1"),
      smokeTotp: secrets.derive("smoke/totp/1").apply(totpSeed),
    };
    const workload = ssoWorkload(config, identity, connection, {
      caPem: secrets.caPem,
      ...secrets.certificate("sso/tls/1", [ssoName]),
      databasePassword: connection.password,
      stewardSecret: made.steward,
      accessToken: secrets.derive(accessTokenLabel("sso")),
    });
    this.running = args.platform.run(workload, { parent: this, service: this.service, after: args.after });
    this.url = identity.origin("login");
    this.probes = ssoProbes(identity);
    this.stewardFiles = (loginHosts) => ({
      files: { "realm.json": realmJson(config, identity, args.directory, args.groupware, loginHosts) },
      secretFiles: {
        "secrets/keycloak-steward": made.steward,
        "secrets/directory-keycloak": secrets.derive("directory/keycloak/1"),
        "secrets/edge-client": secrets.derive(clientSecretLabel),
        "secrets/groupware-client": secrets.derive(groupwareClientLabel),
        "secrets/break-glass-password": made.breakGlassPassword,
        "secrets/break-glass-totp": made.breakGlassTotp,
        "secrets/smoke-totp": made.smokeTotp,
      },
    });
    this.secrets = {
      [smokeSecrets.password]: made.smokePassword,
      [smokeSecrets.totp]: made.smokeTotp,
      "break-glass-password": made.breakGlassPassword,
      "break-glass-totp": made.breakGlassTotp,
    };
    this.registerOutputs({ url: this.url });
  }
}

/** A TOTP seed (base32, as authenticator apps take it) of a derived secret's bytes. */
export function totpSeed(derived: string): string {
  const { buffer, byteOffset, byteLength } = Buffer.from(derived, "base64url");
  return new Secret({ buffer: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer }).base32;
}
