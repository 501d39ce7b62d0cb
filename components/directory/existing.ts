import type { Input } from "@pulumi/pulumi";
import { readAuthority } from "../authority-file.ts";
import type { StackSecrets } from "../secrets.ts";
import type { ExistingConfig } from "./config.ts";

/** Where entries of one kind are in the existing directory. */
export interface SearchBase {
  readonly baseDn: string;
  readonly filter: string;
}

/** The existing Active Directory, as the shadow directory and its sync reach it. */
export interface ExistingDirectory {
  /** In the order they are tried. */
  readonly controllers: readonly { readonly host: string; readonly port: number }[];
  /** Its certificate authority, PEM. */
  readonly caPem: Input<string>;
  /** Account that only reads: a DN or a user principal name. */
  readonly bindName: string;
  readonly bindPassword: Input<string>;
  readonly people: readonly SearchBase[];
  /** Empty: where people are. */
  readonly groups: readonly SearchBase[];
  /** Whether it is a workload of this stack (the demo's), so that nothing outside needs to be reached. */
  readonly inside: boolean;
}

/**
 * The existing directory that a stack file declares.
 *
 * @param stackFile the stack file's name, for messages
 * @throws UserError when the file with its authority is missing or holds no certificate
 */
export function declaredDirectory(
  config: ExistingConfig,
  secrets: Pick<StackSecrets, "given">,
  stackFile: string,
): ExistingDirectory {
  const at = (filter: string) => (baseDn: string) => ({ baseDn, filter });
  return {
    controllers: config.controllers.map((host) => ({ host, port: config.port })),
    caPem: readAuthority(
      config.caFile,
      `${stackFile}: directory.existing.caFile`,
      "the certificate authority of the domain controllers, PEM. On a domain controller: certutil -ca.cert ca.cer, " +
        "then openssl x509 -inform der -in ca.cer -out ad-ca.pem",
    ),
    bindName: config.bindName,
    bindPassword: secrets.given("adBindPassword"),
    people: config.peopleBaseDns.map(at(config.peopleFilter)),
    groups: (config.groupBaseDns.length > 0 ? config.groupBaseDns : config.peopleBaseDns).map(at(config.groupFilter)),
    inside: false,
  };
}
