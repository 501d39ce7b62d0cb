import { readFileSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import type { Input } from "@pulumi/pulumi";
import { stacksFolder } from "../../config/index.ts";
import { UserError } from "../../model/index.ts";
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
    caPem: readCa(config.caFile, stackFile),
    bindName: config.bindName,
    bindPassword: secrets.given("adBindPassword"),
    people: config.peopleBaseDns.map(at(config.peopleFilter)),
    groups: (config.groupBaseDns.length > 0 ? config.groupBaseDns : config.peopleBaseDns).map(at(config.groupFilter)),
    inside: false,
  };
}

function readCa(file: string, stackFile: string): string {
  const path = isAbsolute(file) ? file : join(stacksFolder(), file);
  const problem = (text: string) =>
    new UserError(
      `${stackFile}: directory.existing.caFile: ${text}; expected the certificate authority of the domain controllers, ` +
        "PEM. On a domain controller: certutil -ca.cert ca.cer, then openssl x509 -inform der -in ca.cer -out ad-ca.pem",
    );
  const text = (() => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      throw problem(`cannot read ${relative(process.cwd(), path)}`);
    }
  })();
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    throw problem(`no certificate in ${relative(process.cwd(), path)}`);
  if (text.includes("PRIVATE KEY")) throw problem(`a private key is in ${relative(process.cwd(), path)}`);
  return text.endsWith("\n") ? text : `${text}\n`;
}
