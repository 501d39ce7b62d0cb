import { isIP } from "node:net";
import { z } from "zod";

/** Fields that several sections use, each with the words its error shows. */

/** A DNS name of two labels or more, lower-case, e.g. "ringsted.dk". */
export const dnsName = () =>
  z
    .string()
    .max(253)
    .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
      error: 'expected a DNS name like "ringsted.dk"',
    });

/** A TCP or UDP port, 1 to 65535. */
export const port = () => z.int({ error: "expected a port from 1 to 65535" }).min(1).max(65535);

/** A port published on the stack's `host.address`; no two of them may be the same, in a stack or between stacks. */
export const hostPort = () => port().meta({ hostPort: true });

/** Name of a text file that lies beside the stack file, or in a folder beside it; `check` tells when it does not. */
export const besideFile = () =>
  z
    .string()
    .min(1)
    .max(200)
    .regex(/^(?!.*\.\.)[\p{L}\p{N}_][\p{L}\p{N} ._/-]*$/u, {
      error: 'expected the name of a file beside the stack file, like "ringsted-ad-ca.pem"',
    })
    .meta({ besideFile: true });

/** An IPv4 or IPv6 address of this host. */
export const ipAddress = () =>
  z.string().refine((value) => isIP(value) > 0, { error: 'expected an IP address like "192.0.2.10"' });

/** Text for people: any letters, 1 to 100 characters, no control characters. */
export const displayText = () =>
  z
    .string()
    .min(1)
    .max(100)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    .regex(/^[^\u0000-\u001f\u007f]*$/, { error: "expected text without line breaks or control characters" });

/** Where images lie at a registry: its host, with port and path if need be; no scheme, no end slash. */
export const registryPrefix = () =>
  z
    .string()
    .max(200)
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*$/, {
      error: 'expected a registry like "registry.ringsted.dk:5000/planb-mirror", without https://',
    });

/** A memory limit in MiB. */
export const memoryMiB = (fallback: number) =>
  z.int().min(16).max(65536).default(fallback).describe(`Memory limit in MiB. Default: ${fallback}`);
