import { UserError } from "../model/errors.ts";
import type { Mode } from "../model/mode.ts";

/** What every component needs to know of the stack. */
export interface StackIdentity {
  /** The stack's name: file name of its stack file, DNS label. */
  readonly name: string;
  readonly municipality: string;
  readonly domain: string;
  readonly language: "da" | "en";
  readonly mode: Mode;
  readonly hostAddress: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Host name of a public service, e.g. "start.demo.localhost". */
  hostName(service: string): string;
  /** Public address of a service, without a trailing slash and with the port unless it is 443. */
  origin(service: string): string;
}

interface IdentityFields {
  readonly municipality: string;
  readonly domain: string;
  readonly language: "da" | "en";
  readonly mode: Mode;
  readonly host: { readonly address: string; readonly httpPort: number; readonly httpsPort: number };
}

/**
 * Checks a stack's name: a DNS label of at most 20 characters, for it becomes part of container and host names.
 *
 * @throws UserError when it is not
 */
export function checkStackName(name: string): string {
  if (/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/.test(name)) return name;
  throw new UserError(
    `stack name "${name}": expected 1 to 20 characters of a-z, 0-9 and "-", starting with a letter, e.g. "ringsted"`,
  );
}

/** The identity of a stack, from its name and its checked file. */
export function stackIdentity(name: string, config: IdentityFields): StackIdentity {
  const { municipality, domain, language, mode, host } = config;
  const hostName = (service: string) => `${service}.${domain}`;
  const suffix = host.httpsPort === 443 ? "" : `:${host.httpsPort}`;
  return {
    name,
    municipality,
    domain,
    language,
    mode,
    hostAddress: host.address,
    httpPort: host.httpPort,
    httpsPort: host.httpsPort,
    hostName,
    origin: (service) => `https://${hostName(service)}${suffix}`,
  };
}
