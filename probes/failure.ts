import { UserError } from "../model/errors.ts";

/** A probe saw something else than it should; the message is the detail an operator reads. */
export class ProbeFailure extends Error {
  override readonly name = "ProbeFailure";
}

interface Coded {
  readonly code?: unknown;
  readonly message: string;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
  readonly reason?: unknown;
}

const certificate = "the certificate's names and the stack's domain belong together: run pulumi up once more";

/** What a code of a socket or of TLS means for an operator. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there: is the workload running, and is the port the stack's?",
  ECONNRESET: "the connection was closed without an answer: look at the workload's log",
  UND_ERR_SOCKET: "the connection was closed without an answer: look at the workload's log",
  EPIPE: "the connection was closed without an answer: look at the workload's log",
  EHOSTUNREACH: "no way to that address: does this host have the address in host.address?",
  ENETUNREACH: "no way to that address: does this host have the address in host.address?",
  EADDRNOTAVAIL: "no way to that address: does this host have the address in host.address?",
  ENOTFOUND: "the name is not known to DNS",
  EAI_AGAIN: "DNS does not answer",
  ETIMEDOUT: "no answer in time",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
  UND_ERR_HEADERS_TIMEOUT: "connected, but no answer in time",
  UND_ERR_BODY_TIMEOUT: "the answer stopped half-way",
  CERT_HAS_EXPIRED: "the certificate has expired: run pulumi up, which reissues it",
  CERT_NOT_YET_VALID: "the certificate is not valid yet: is this host's clock right?",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate is not signed by the stack's CA: another server answers there",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is not signed by the stack's CA: another server answers there",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is not signed by the stack's CA: another server answers there",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate is not signed by the stack's CA: another server answers there",
  CERT_SIGNATURE_FAILURE: "the certificate is not signed by the stack's CA: another server answers there",
  EPROTO: "no TLS is spoken there: another server answers on the port",
  ERR_SSL_WRONG_VERSION_NUMBER: "no TLS is spoken there: another server answers on the port",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "no TLS is spoken there: another server answers on the port",
};

/**
 * Says in words why a try failed.
 *
 * @param error what was thrown
 * @param where the address tried, e.g. `https://start.demo.localhost`
 * @throws the error itself when it is none of a network, of TLS or of a probe: that is a bug
 */
export function explain(error: unknown, where: string): string {
  if (error instanceof ProbeFailure || error instanceof UserError) return error.message;
  for (let current = error; current !== undefined && current !== null; ) {
    const { code, message, cause, errors, reason } = current as Coded;
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `${where}: ${String(reason ?? message)}; ${certificate}`;
    const meaning = typeof code === "string" ? meanings[code] : undefined;
    if (meaning !== undefined) return `${where}: ${meaning} (${code})`;
    current = cause ?? errors?.[0];
  }
  throw error;
}
