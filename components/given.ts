import { join } from "node:path";
import { type StackConfig, stacksFolder } from "../config/index.ts";
import { UserError } from "../model/index.ts";

/** A secret that only the municipality knows; it stands in Pulumi's encrypted config as `planb:<name>`. */
export interface GivenSecret {
  readonly name: "adBindPassword" | "edgeKey" | "smarthostPassword";
  /** What it is, for people. */
  readonly what: string;
  /** Whether it is one line that can be typed; else it comes from a file. */
  readonly oneLine: boolean;
}

interface Sections {
  readonly directory?: { readonly existing?: unknown };
  readonly mail?: { readonly smarthost?: { readonly user?: string | undefined } | undefined } | undefined;
  readonly edge?: { readonly certificate?: { readonly kind: string } };
}

/** The secrets that a checked stack file asks for. */
export function givenSecrets(config: StackConfig & Sections): readonly GivenSecret[] {
  const bind = {
    name: "adBindPassword",
    what: "Password of the account that reads the existing directory",
    oneLine: true,
  } as const;
  const key = { name: "edgeKey", what: "Private key (PEM) of the certificate of your own", oneLine: false } as const;
  const smarthost = {
    name: "smarthostPassword",
    what: "Password of the login at the server that takes outgoing mail (mail.smarthost.user)",
    oneLine: true,
  } as const;
  return [
    ...(config.directory?.existing === undefined ? [] : [bind]),
    ...(config.edge?.certificate?.kind === "file" ? [key] : []),
    ...(config.mail?.smarthost?.user === undefined ? [] : [smarthost]),
  ];
}

/** The command that gives a secret. Pulumi looks for a stack's settings in the checkout; where they lie elsewhere it is told. */
export function giveCommand({ name, oneLine }: GivenSecret, stack: string): string {
  const elsewhere = process.env["PLANB_STACKS_DIR"] !== undefined;
  const place = elsewhere ? ` --config-file ${join(stacksFolder(), `Pulumi.${stack}.yaml`)}` : "";
  return `pulumi config set --secret planb:${name} --stack ${stack}${place}${oneLine ? "" : " < key.pem"}`;
}

/**
 * Refuses a stack whose secrets are not all there, before anything of it is made.
 *
 * @param has whether a secret stands in the config
 * @throws UserError naming each missing one and the command that gives it
 */
export function requireGiven(
  stack: string,
  config: StackConfig & Sections,
  has: (name: GivenSecret["name"]) => boolean,
): void {
  const missing = givenSecrets(config).filter((secret) => !has(secret.name));
  if (missing.length === 0) return;
  const lines = missing.map((s) => `planb:${s.name}: missing: ${s.what}. Give it with: ${giveCommand(s, stack)}`);
  throw new UserError(`${lines.join("\n")}\nin a shell of eval "$(./planb env ${stack})"`);
}
