import { Client, InvalidCredentialsError, ResultCodeError } from "ldapts";
import type { LdapProbe } from "../model/probe.ts";
import { type ProbeContext, secretOf, tlsFor } from "./context.ts";
import { ProbeFailure } from "./failure.ts";

/**
 * Binds over LDAPS and searches for at least one entry.
 *
 * @returns what was seen
 * @throws ProbeFailure when the bind is refused or nothing is found
 */
export async function probeLdap(probe: LdapProbe, context: ProbeContext, signal: AbortSignal): Promise<string> {
  const timeoutMs = probe.timeoutMs ?? 10_000;
  const password = secretOf(context, probe.passwordSecret);
  const client = new Client({
    url: probe.url,
    timeout: timeoutMs,
    connectTimeout: timeoutMs,
    tlsOptions: tlsFor(context, new URL(probe.url).hostname),
  });
  // ldapts leaves a connection half-way made hanging when it is closed: the race ends the wait.
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new ProbeFailure(`${probe.url}: no answer in time`)), { once: true });
  });
  const ask = async () => {
    await client.bind(probe.bindDn, password);
    const options = { scope: "sub" as const, filter: probe.filter, attributes: ["1.1"], sizeLimit: 10 };
    return client.search(probe.baseDn, options);
  };
  try {
    const { searchEntries } = await Promise.race([ask(), aborted]);
    const [first] = searchEntries;
    if (first === undefined) {
      throw new ProbeFailure(`${probe.url}: nothing below ${probe.baseDn} matches ${probe.filter}`);
    }
    return `bound, found ${first.dn}`;
  } catch (error) {
    throw inWords(error, probe);
  } finally {
    await client.unbind().catch(() => undefined);
  }
}

/** The directory's own refusals in words; every other error unchanged. */
function inWords(error: unknown, { url, bindDn, passwordSecret }: LdapProbe): unknown {
  if (error instanceof InvalidCredentialsError) {
    return new ProbeFailure(`${url}: the password of ${bindDn} (secret "${passwordSecret}") was refused`);
  }
  if (error instanceof ResultCodeError) return new ProbeFailure(`${url}: ${error.message} (LDAP ${error.code})`);
  // ldapts tells a time-out of its own by a plain Error without a code
  if (error instanceof Error && /timeout/i.test(error.message) && !("code" in error)) {
    return new ProbeFailure(`${url}: no answer in time`);
  }
  return error;
}
