import { InvalidCredentialsError, ResultCodeError } from "ldapts";

/** Why the existing directory cannot be used, in words an operator can act on. */
export class DirectoryError extends Error {
  override readonly name = "DirectoryError";
  /** Whether trying again soon might lock the bind account there. */
  readonly credentials: boolean;
  constructor(message: string, credentials = false) {
    super(message);
    this.credentials = credentials;
  }
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : "";
};

const trust = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
]);

/** Whether an error of LDAP means that the entry itself is not acceptable, so that trying again will not help. */
export function isEntryFault(error: unknown): boolean {
  // undefined type, inappropriate matching, constraint violation, invalid attribute syntax, invalid DN, object class
  return error instanceof ResultCodeError && [17, 18, 19, 21, 34, 64, 65].includes(error.code);
}

/** One controller's failure in a line. */
export function explainController(url: string, bindDn: string, caFile: string, error: unknown): string {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InvalidCredentialsError) {
    const reason = /data ([0-9a-f]+)/.exec(message)?.[1];
    const why =
      reason === "775"
        ? " (the account is locked)"
        : reason === "533"
          ? " (the account is disabled)"
          : reason === "532"
            ? " (its password has expired)"
            : "";
    return `${url}: refuses the bind account "${bindDn}"${why}; check directory.bindDn and the secret with its password`;
  }
  if (trust.has(code))
    return `${url}: its certificate was not issued by the authority given (${caFile}); put the issuer's root certificate, PEM, in directory.caFile`;
  if (code === "CERT_HAS_EXPIRED") return `${url}: its certificate has expired`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `${url}: its certificate is for another name (${message})`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `${url}: no such host name here`;
  if (code === "ECONNREFUSED") return `${url}: nothing listens there`;
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") return `${url}: no route to it`;
  if (/timed? ?out/i.test(message)) return `${url}: does not answer in time`;
  return `${url}: ${code ? `${code} ` : ""}${message.trim()}`;
}
