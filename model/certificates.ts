import "reflect-metadata"; // @peculiar/x509 needs it loaded first
import { createPrivateKey, webcrypto } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import * as x509 from "@peculiar/x509";
import { deriveBytes } from "./derive.ts";

/**
 * Life of a leaf certificate in days. Of an authority that people add themselves, Apple's systems take 825 days at most
 * (https://support.apple.com/103769), other browsers any; their 398 days are for authorities they come with.
 */
export const leafDays = 800;
/**
 * Days of a period: all leaves issued within one are the same, and begin with it. So an `up` on a period's last day still
 * gives {@link leafDays} less these.
 */
export const leafReissueDays = 365;
/** First and last day of every root. Changing them changes the root that PCs were told to trust. */
const rootValidity = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2046-01-01T00:00:00Z") };

const day = 24 * 60 * 60 * 1000;
const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A certificate and its key, both PEM (the key as PKCS#8). */
export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A certificate authority whose key is derived from the stack's master, so a rebuilt stack keeps the root PCs trust. */
export interface Authority {
  /** The root certificate, PEM. */
  readonly caPem: string;
  /**
   * Issues a server certificate. The same names in the same period give the same bytes, so nothing changes
   * from one `pulumi up` to the next until it is time to reissue.
   *
   * @param label what it is for, with a version, e.g. "edge/tls/1"
   * @param dnsNames the names it is valid for; the first is the subject
   * @param now time of issue. Default: now
   */
  issue(label: string, dnsNames: readonly string[], now?: Date): Promise<Certificate>;
}

interface KeyPair {
  readonly secret: Uint8Array;
  readonly publicKey: webcrypto.CryptoKey;
  readonly privateKey: webcrypto.CryptoKey;
  readonly keyPem: string;
}

/** A P-256 key from the master (FIPS 186-5 A.2.1: extra random bits, here 48 bytes from HKDF). */
async function keyPair(master: string, label: string): Promise<KeyPair> {
  const secret = p256.utils.randomSecretKey(deriveBytes(master, `key/${label}`, 48));
  const point = Buffer.from(p256.getPublicKey(secret, false));
  const publicJwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33, 65).toString("base64url"),
  };
  const jwk = { ...publicJwk, d: Buffer.from(secret).toString("base64url") };
  return {
    secret,
    publicKey: await webcrypto.subtle.importKey("jwk", publicJwk, ecdsa, true, ["verify"]),
    privateKey: await webcrypto.subtle.importKey("jwk", jwk, ecdsa, true, ["sign"]),
    keyPem: createPrivateKey({ key: jwk, format: "jwk" }).export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** WebCrypto whose ECDSA signatures are deterministic (RFC 6979), so that a certificate is a pure function of its inputs. */
function deterministicCrypto(secret: Uint8Array): typeof webcrypto {
  const subtle = new Proxy(webcrypto.subtle, {
    get(target, property) {
      if (property === "sign") {
        return async (_algorithm: unknown, _key: unknown, data: ArrayBuffer) =>
          p256.sign(new Uint8Array(data), secret, { prehash: true }).slice().buffer;
      }
      const value = Reflect.get(target, property);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return new Proxy(webcrypto, {
    get: (target, property) => (property === "subtle" ? subtle : Reflect.get(target, property)),
  });
}

/** A positive 16-byte serial number, as RFC 5280 asks. */
function serialNumber(master: string, label: string): string {
  const bytes = deriveBytes(master, `serial/${label}`, 16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

/**
 * A name passed as a structure, so that commas and quotes arrive unharmed; the library takes it here
 * though its type for names speaks of plain strings only.
 */
const commonName = (name: string): x509.JsonName =>
  [{ CN: [{ utf8String: name.slice(0, 64) }] }] as unknown as x509.JsonName;

/**
 * Makes the authority of a stack (or another one, by its label).
 *
 * @param master the stack's master secret
 * @param label which authority, with a version, e.g. "ca/1"
 * @param name the root's common name, shown by browsers
 */
export async function authority(master: string, label: string, name: string): Promise<Authority> {
  const ca = await keyPair(master, label);
  const crypto = deterministicCrypto(ca.secret);
  const root = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(master, label),
      subject: commonName(name),
      issuer: commonName(name),
      ...rootValidity,
      publicKey: ca.publicKey,
      signingKey: ca.privateKey,
      signingAlgorithm: ecdsa,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(ca.publicKey),
      ],
    },
    crypto,
  );

  async function issue(leafLabel: string, dnsNames: readonly string[], now = new Date()): Promise<Certificate> {
    const step = leafReissueDays * day;
    const first = rootValidity.notBefore.getTime();
    const notBefore = new Date(first + Math.max(0, Math.floor((now.getTime() - first) / step)) * step);
    const key = await keyPair(master, `${label}/${leafLabel}`);
    const leaf = await x509.X509CertificateGenerator.create(
      {
        serialNumber: serialNumber(master, `${leafLabel}/${dnsNames.join()}/${notBefore.toISOString()}`),
        subject: commonName(dnsNames[0] ?? leafLabel),
        issuer: root.subjectName,
        notBefore,
        notAfter: new Date(notBefore.getTime() + leafDays * day),
        publicKey: key.publicKey,
        signingKey: ca.privateKey,
        signingAlgorithm: ecdsa,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          // Servers show it too where they are the client: mail, lists and mailbox to each other.
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
          new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: "dns", value }))),
          await x509.SubjectKeyIdentifierExtension.create(key.publicKey),
          await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
        ],
      },
      crypto,
    );
    return { certPem: `${leaf.toString("pem")}\n`, keyPem: key.keyPem };
  }

  return { caPem: `${root.toString("pem")}\n`, issue };
}
