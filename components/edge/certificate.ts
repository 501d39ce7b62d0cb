import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { shownPath, stackFile, stacksFolder } from "../../config/index.ts";
import { UserError } from "../../model/errors.ts";
import type { EdgeConfig } from "./config.ts";

/**
 * Reads and checks the municipality's own certificate, beside its stack file.
 *
 * @param stack the stack's name, for messages
 * @param chain file name as the stack file gives it
 * An expired one is read too: on a bad day everything else must still be deployed. See {@link expiredCertificate}.
 *
 * @param hosts the public host names it must be valid for
 * @throws UserError when it cannot be read or lacks a name
 */
export function readOwnCertificate(stack: string, chain: string, hosts: readonly string[]): string {
  const path = join(stacksFolder(), chain);
  const where = `${shownPath(stackFile(stack))}: edge.certificate.chain`;
  let pem: string;
  let leaf: X509Certificate;
  try {
    pem = readFileSync(path, "utf8");
    leaf = new X509Certificate(pem);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${where}: expected a PEM file with the certificate first, got "${chain}": ${reason}`);
  }
  const missing = hosts.filter((host) => leaf.checkHost(host) === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `${where}: expected a certificate for all public names, "${chain}" lacks: ${missing.join(", ")}`,
    );
  }
  return pem;
}

/**
 * Whether the municipality's own certificate is past its end: what stands behind it is cut off from people and programs.
 *
 * @param now Default: now
 * @returns a warning; undefined: it holds, or there is none
 * @throws UserError when it cannot be read
 */
export function expiredCertificate(
  stack: string,
  certificate: EdgeConfig["certificate"],
  now = new Date(),
): string | undefined {
  if (certificate.kind !== "file") return undefined;
  const { validTo } = new X509Certificate(readOwnCertificate(stack, certificate.chain, []));
  if (new Date(validTo) > now) return undefined;
  return (
    `${shownPath(stackFile(stack))}: edge.certificate.chain: "${certificate.chain}" expired on ${validTo}; browsers and ` +
    "programs refuse it. Put a new one in its place, or set edge.certificate.kind to internal"
  );
}

/**
 * Which names beyond the stack's domain edge can show a certificate for. The stack's own authority and ACME give one for
 * any; a file is what it is.
 *
 * @throws UserError when the file cannot be read
 */
export function coveredNames(
  stack: string,
  certificate: EdgeConfig["certificate"],
  names: readonly string[],
): readonly string[] {
  if (certificate.kind !== "file") return names;
  const leaf = new X509Certificate(readOwnCertificate(stack, certificate.chain, []));
  return names.filter((name) => leaf.checkHost(name) !== undefined);
}

/**
 * The roots that vouch for the certificate edge shows, for those inside who come by the public names: Keycloak to end
 * sessions, the steward to probe, the portal to ask.
 *
 * @returns PEM; nothing for the stack's own authority
 * @throws UserError when the file named is none
 */
export function publicRoots(stack: string, certificate: EdgeConfig["certificate"]): string {
  if (certificate.kind === "internal") return "";
  if (certificate.root === undefined) return `${rootCertificates.join("\n")}\n`;
  try {
    const pem = readFileSync(join(stacksFolder(), certificate.root), "utf8");
    new X509Certificate(pem);
    return pem;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `${shownPath(stackFile(stack))}: edge.certificate.root: expected a PEM file of root certificates, got "${certificate.root}": ${reason}`,
    );
  }
}

/**
 * Checks that a key belongs to a certificate.
 *
 * @returns the key
 * @throws UserError when it does not
 */
export function checkOwnKey(chainPem: string, keyPem: string): string {
  const remedy = "set it with: pulumi config set --secret planb:edgeKey < key.pem";
  let fits: boolean;
  try {
    fits = new X509Certificate(chainPem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    throw new UserError(`planb:edgeKey: expected a private key in PEM without a passphrase; ${remedy}`);
  }
  if (!fits)
    throw new UserError(`planb:edgeKey: expected the key of the certificate in edge.certificate.chain; ${remedy}`);
  return keyPem;
}
