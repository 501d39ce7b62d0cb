import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Probe } from "../model/probe.ts";
import type { CertificateSeen } from "../model/status.ts";
import { servedCertificates } from "../probes/index.ts";
import { log } from "./log.ts";
import { type Loop, startLoop } from "./loop.ts";

/** Looks at certificates again and again. */
export interface CertificateWatch {
  seen(): readonly CertificateSeen[];
  stop(): Promise<void>;
}

/** Seconds between two looks: nobody renews them more often; where one did not answer, sooner. */
const everySeconds = 3600;
const retrySeconds = 60;

/**
 * Watches until when the certificates hold that the probes' servers show, and the steward's own one, which the stack's
 * authority gave it.
 *
 * @param folder where `tls/cert.pem` is
 */
export function startCertificateWatch(probes: readonly Probe[], folder: string): CertificateWatch {
  const { validTo } = new X509Certificate(readFileSync(`${folder}/tls/cert.pem`));
  const inside: CertificateSeen = { where: "inside", validTo: new Date(validTo).toISOString() };
  const known = new Map<string, CertificateSeen>();
  let silent: readonly string[] = [];
  const loop: Loop = startLoop(
    async () => {
      const { seen, failed } = await servedCertificates(probes);
      for (const one of seen) known.set(one.where, one);
      for (const line of failed) if (!silent.includes(line)) log(`certificate: ${line}`);
      silent = failed;
    },
    () => (silent.length === 0 ? everySeconds : retrySeconds),
  );
  return { seen: () => [inside, ...known.values()], stop: () => loop.stop() };
}
