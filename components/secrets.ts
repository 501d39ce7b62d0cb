import * as pulumi from "@pulumi/pulumi";
import { authority, derive, masterMark } from "../model/index.ts";

/** A server certificate as the program passes it on: the key is a Pulumi secret. */
export interface CertificateOutput {
  readonly certPem: pulumi.Output<string>;
  readonly keyPem: pulumi.Output<string>;
}

/** A certificate authority as the program passes it on. */
export interface AuthorityOutput {
  /** The root certificate, PEM. Public. */
  readonly caPem: pulumi.Output<string>;
  /** A server certificate for the names; reissued by the first `pulumi up` of each year. */
  certificate(label: string, dnsNames: readonly string[]): CertificateOutput;
}

/**
 * Where a stack's secrets come from. Given ones stand in Pulumi's encrypted config; made ones are derived from the
 * master secret `planb:master`, so that one sheet of paper in a safe rebuilds them all.
 */
export interface StackSecrets extends AuthorityOutput {
  /** A made secret (32 characters of base64url), by a label with a version, e.g. "database/keycloak/1". */
  derive(label: string): pulumi.Output<string>;
  /** A given secret, `pulumi config set --secret planb:<name>`. Missing: an error that says so, before anything changes. */
  given(name: string): pulumi.Output<string>;
  /** Another authority than the stack's own, by a label with a version; the demo's existing AD has one. */
  authority(label: string, name: string): AuthorityOutput;
}

/**
 * Reads the stack's secrets from its Pulumi config.
 *
 * @param config the `planb` section of the Pulumi config
 * @param caName common name of the stack's root certificate
 */
export function stackSecrets(config: pulumi.Config, caName: string): StackSecrets {
  const master = config.requireSecret("master");
  const makeAuthority = (label: string, name: string): AuthorityOutput => {
    const ca = master.apply((m) => authority(m, label, name));
    return {
      caPem: pulumi.unsecret(ca.apply((a) => a.caPem)),
      certificate(leafLabel, dnsNames) {
        const leaf = ca.apply((a) => a.issue(leafLabel, dnsNames));
        return { certPem: pulumi.unsecret(leaf.apply((c) => c.certPem)), keyPem: leaf.apply((c) => c.keyPem) };
      },
    };
  };
  return {
    ...makeAuthority("ca/1", caName),
    derive: (label) => master.apply((m) => derive(m, label)),
    given: (name) => config.requireSecret(name),
    authority: makeAuthority,
  };
}

/**
 * The mark of the stack's master, from the `planb` section of its Pulumi config.
 *
 * @throws UserError when the master is too short
 */
export async function markOf(config: pulumi.Config): Promise<string> {
  return masterMark(await new Promise<string>((resolve) => config.requireSecret("master").apply(resolve)));
}
