import type { ImapFlow } from "imapflow";
import type { ImapProbe } from "../model/probe.ts";
import type { ProbeContext } from "./context.ts";
import { ProbeFailure } from "./failure.ts";
import { inMailbox } from "./mailbox.ts";

/**
 * Logs in over IMAP with TLS and opens the inbox.
 *
 * @returns what was seen
 * @throws ProbeFailure when the login is refused
 */
export async function probeImap(probe: ImapProbe, context: ProbeContext, signal: AbortSignal): Promise<string> {
  const inbox = (client: ImapFlow) => client.mailboxOpen("INBOX", { readOnly: true });
  try {
    const account = { imapUrl: probe.url, username: probe.username, passwordSecret: probe.passwordSecret };
    const { exists } = await inMailbox(account, context, signal, inbox, probe.timeoutMs ?? 10_000);
    return `logged in, ${exists} messages in the inbox`;
  } catch (error) {
    const { authenticationFailed, responseText } = error as { authenticationFailed?: boolean; responseText?: string };
    if (authenticationFailed) {
      throw new ProbeFailure(
        `${probe.url}: the login of ${probe.username} was refused: ${responseText ?? "no reason told"}`,
      );
    }
    throw error;
  }
}
