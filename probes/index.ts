import type { Probe, ProbeResult } from "../model/probe.ts";
import { probeBooking } from "./booking.ts";
import type { ProbeContext } from "./context.ts";
import { explain } from "./failure.ts";
import { probeFiles } from "./files.ts";
import { probeHttp } from "./http.ts";
import { probeImap } from "./imap.ts";
import { probeLdap } from "./ldap.ts";
import { probeList } from "./list.ts";
import { probeLogin } from "./login.ts";
import { probeMail } from "./mail.ts";

export { servedCertificates } from "./certificates.ts";
export { agentFor, type ProbeContext } from "./context.ts";
export { ProbeFailure } from "./failure.ts";
export { type LoginSeen, type LoginTry, login } from "./login.ts";
export { totpCode } from "./totp.ts";

/** Longest time a probe may take when it names none, in ms. */
export const defaultTimeoutMs = 10_000;

/** Time a login may wait for second-factor codes on top of its own, in ms: two windows of 30 s. */
const codeWaitMs = 62_000;

/** Probes tried at once. */
const atOnce = 4;

interface Seen {
  readonly detail: string;
  readonly waitedMs: number;
}

async function run(probe: Probe, context: ProbeContext, signal: AbortSignal): Promise<Seen> {
  switch (probe.kind) {
    case "booking":
      return { detail: await probeBooking(probe, context, signal), waitedMs: 0 };
    case "http":
      return { detail: await probeHttp(probe, context, signal), waitedMs: 0 };
    case "imap":
      return { detail: await probeImap(probe, context, signal), waitedMs: 0 };
    case "files":
      return { detail: await probeFiles(probe, context, signal), waitedMs: 0 };
    case "ldap":
      return { detail: await probeLdap(probe, context, signal), waitedMs: 0 };
    case "list":
      return { detail: await probeList(probe, context, signal), waitedMs: 0 };
    case "mail":
      return { detail: await probeMail(probe, context, signal), waitedMs: 0 };
    case "login":
      return probeLogin(probe, context, signal);
  }
}

/**
 * Tries once what a user could do. A login's wait for an unused second-factor code is not counted.
 *
 * @returns what was seen; failures are results too. Throws only for a bug
 */
export async function runProbe(probe: Probe, context: ProbeContext): Promise<ProbeResult> {
  const timeoutMs = probe.timeoutMs ?? defaultTimeoutMs;
  const signal = AbortSignal.timeout(probe.kind === "login" ? timeoutMs + codeWaitMs : timeoutMs);
  const start = performance.now();
  const result = (ok: boolean, detail: string, waitedMs = 0): ProbeResult => {
    const ms = Math.max(0, Math.round(performance.now() - start - waitedMs));
    return { probe: probe.name, service: probe.service, ok, ms, detail };
  };
  try {
    const { detail, waitedMs } = await run(probe, context, signal);
    const done = result(true, detail, waitedMs);
    if (done.ms <= timeoutMs) return done;
    return { ...done, ok: false, detail: `${detail}, but in ${done.ms} ms; allowed: ${timeoutMs} ms` };
  } catch (error) {
    const where = new URL(probe.url);
    const at = context.resolve?.(where.hostname) ?? context.address;
    const place = at === undefined ? where.origin : `${where.protocol}//${where.host} at ${at}`;
    if (signal.aborted) return result(false, `${place}: not done within ${timeoutMs} ms`);
    return result(false, explain(error, place));
  }
}

/**
 * Tries all probes, a few at once; those that log in one after another, for they share an account.
 *
 * @param onResult told of each result as it comes. Default: nobody
 * @returns the results in the probes' order
 */
export async function runProbes(
  probes: readonly Probe[],
  context: ProbeContext,
  onResult: (result: ProbeResult) => void = () => undefined,
): Promise<ProbeResult[]> {
  const results: ProbeResult[] = [];
  const work = async (queue: (readonly [number, Probe])[]): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, probe] = next;
      const result = await runProbe(probe, context);
      results[index] = result;
      onResult(result);
    }
  };
  const numbered = probes.map((probe, index) => [index, probe] as const);
  const logins = numbered.filter(([, probe]) => probe.kind === "login");
  const others = numbered.filter(([, probe]) => probe.kind !== "login");
  await Promise.all([work(logins), ...Array.from({ length: atOnce }, () => work(others))]);
  return results;
}
