import { connect } from "node:tls";
import type { Probe } from "../model/probe.ts";
import type { CertificateSeen } from "../model/status.ts";
import { lookupFor, type ProbeContext } from "./context.ts";

/** Protocols that begin with TLS, and their usual ports. */
const ports: Readonly<Record<string, number>> = { "https:": 443, "smtps:": 465, "imaps:": 993, "ldaps:": 636 };
const timeoutMs = 10_000;

/** `host:port` of all servers that probes come to with TLS from the first byte. */
export function certificateServers(probes: readonly Probe[]): readonly string[] {
  const addresses = probes.flatMap((probe) =>
    Object.entries(probe).flatMap(([key, value]) => (/url$/i.test(key) ? [String(value)] : [])),
  );
  const servers = addresses.flatMap((address) => {
    const { protocol, hostname, port } = new URL(address);
    return protocol in ports ? [`${hostname}:${port || ports[protocol]}`] : [];
  });
  return [...new Set(servers)].sort();
}

/** Until when the certificate holds that a server shows, whoever vouches for it and though it has expired. */
function servedCertificate(where: string, context: Pick<ProbeContext, "address">): Promise<CertificateSeen> {
  const [host = "", port] = where.split(/:(?=\d+$)/);
  const lookup = lookupFor({ caPem: "", secrets: {}, ...context });
  return new Promise((resolve, reject) => {
    // Only a date is read, and nothing said: an expired certificate is what this looks for.
    const options = { rejectUnauthorized: false, timeout: timeoutMs };
    const socket = connect({ host, port: Number(port), servername: host, lookup, ...options });
    socket.once("secureConnect", () => {
      const validTo = socket.getPeerX509Certificate()?.validTo;
      socket.destroy();
      if (validTo === undefined) reject(new Error("no certificate"));
      else resolve({ where, validTo: new Date(validTo).toISOString() });
    });
    socket.once("timeout", () => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    socket.once("error", reject);
  });
}

/**
 * Looks at the certificate of each server that probes come to.
 *
 * @param context address that all names lead to. Default: what the DNS says
 * @returns what was seen, and a line for each server that did not answer
 */
export async function servedCertificates(
  probes: readonly Probe[],
  context: Pick<ProbeContext, "address"> = {},
): Promise<{ readonly seen: readonly CertificateSeen[]; readonly failed: readonly string[] }> {
  const servers = certificateServers(probes);
  const done = await Promise.allSettled(servers.map((where) => servedCertificate(where, context)));
  return {
    seen: done.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
    failed: done.flatMap((one, index) =>
      one.status === "rejected" ? [`${servers[index]}: ${(one.reason as Error).message}`] : [],
    ),
  };
}
