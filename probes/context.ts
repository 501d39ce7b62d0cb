import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { Agent, type Dispatcher } from "undici";
import { UserError } from "../model/errors.ts";

/** What a probe needs to know of the stack it tries. */
export interface ProbeContext {
  /** The stack's root certificate, PEM; every link is verified against it and nothing else. */
  readonly caPem: string;
  /** The stack's `host.address`: every name is taken to live there, so no DNS is needed. Default: ask DNS. */
  readonly address?: string;
  /** Secrets that probes name, see `StackOutputs.secrets`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Address of a host name, where it differs from `address`. Default: undefined for every name. */
  readonly resolve?: (host: string) => string | undefined;
}

/** Looks host names up as the context says, in the shape that sockets ask for. */
export function lookupFor(context: ProbeContext): LookupFunction {
  return (host, options, callback) => {
    const address = context.resolve?.(host) ?? context.address;
    if (address === undefined) {
      dnsLookup(host, options, (error, found, family) => callback(error, found, family));
      return;
    }
    const found: LookupAddress = { address, family: isIP(address) };
    if (options.all === true) callback(null, [found]);
    else callback(null, found.address, found.family);
  };
}

/** TLS towards one host: verified against the stack's CA, by the name in the address. */
export function tlsFor(context: ProbeContext, host: string): ConnectionOptions {
  const name = isIP(host) ? {} : { servername: host };
  return { ca: context.caPem, lookup: lookupFor(context), minVersion: "TLSv1.2", ...name };
}

/** An HTTP client for one probe; `close` it when done. */
export function agentFor(context: ProbeContext, timeoutMs: number): Dispatcher {
  return new Agent({
    connect: { ca: context.caPem, lookup: lookupFor(context), timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
}

/**
 * A secret a probe names.
 *
 * @throws UserError when the stack's outputs do not hold it
 */
export function secretOf(context: ProbeContext, name: string): string {
  const secret = context.secrets[name];
  if (secret !== undefined && secret !== "") return secret;
  throw new UserError(`the secret "${name}" is not among the stack's outputs; run pulumi up once more`);
}
