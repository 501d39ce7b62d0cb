import { ImapFlow, type ImapFlowOptions } from "imapflow";
import type { ImapProbe } from "../model/probe.ts";
import { type ProbeContext, secretOf, tlsFor } from "./context.ts";
import { ProbeFailure } from "./failure.ts";

/**
 * Logs in over IMAP with TLS and opens the inbox.
 *
 * @returns what was seen
 * @throws ProbeFailure when the login is refused
 */
export async function probeImap(probe: ImapProbe, context: ProbeContext, signal: AbortSignal): Promise<string> {
  const { hostname, port } = new URL(probe.url);
  const timeoutMs = probe.timeoutMs ?? 10_000;
  const client = new ImapFlow({
    host: hostname,
    port: Number(port || 993),
    secure: true,
    servername: hostname,
    tls: tlsFor(context, hostname) as NonNullable<ImapFlowOptions["tls"]>,
    auth: { user: probe.username, pass: secretOf(context, probe.passwordSecret) },
    logger: false,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  // Without a listener an error after the answer would end the whole program.
  client.on("error", () => undefined);
  const close = () => client.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    await client.connect();
    const inbox = await client.mailboxOpen("INBOX", { readOnly: true });
    return `logged in, ${inbox.exists} messages in the inbox`;
  } catch (error) {
    const { authenticationFailed, responseText } = error as { authenticationFailed?: boolean; responseText?: string };
    if (authenticationFailed) {
      throw new ProbeFailure(
        `${probe.url}: the login of ${probe.username} was refused: ${responseText ?? "no reason told"}`,
      );
    }
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
    await client.logout().catch(() => undefined);
  }
}
