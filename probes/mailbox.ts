import { ImapFlow, type ImapFlowOptions } from "imapflow";
import { type ProbeContext, secretOf, tlsFor } from "./context.ts";

/** Where and as whom a probe reads mail. */
export interface MailAccount {
  /** `imaps://host:port`. Default port: 993 */
  readonly imapUrl: string;
  readonly username: string;
  /** Name of the secret with the account's app password. */
  readonly passwordSecret: string;
}

/**
 * Logs in over IMAP with TLS, does some work, and logs out, whatever comes of it. The signal breaks it off.
 *
 * @param timeoutMs longest wait for the connection, the greeting and each answer. Default: imapflow's own
 * @throws what imapflow says when the login is refused, and what the work throws
 */
export async function inMailbox<T>(
  account: MailAccount,
  context: ProbeContext,
  signal: AbortSignal,
  work: (client: ImapFlow) => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  const { hostname, port } = new URL(account.imapUrl);
  const client = new ImapFlow({
    host: hostname,
    port: Number(port || 993),
    secure: true,
    servername: hostname,
    tls: tlsFor(context, hostname) as NonNullable<ImapFlowOptions["tls"]>,
    auth: { user: account.username, pass: secretOf(context, account.passwordSecret) },
    logger: false,
    ...(timeoutMs === undefined
      ? {}
      : { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs }),
  });
  // Without a listener an error after the answer would end the whole program.
  client.on("error", () => undefined);
  const close = () => client.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    await client.connect();
    return await work(client);
  } finally {
    signal.removeEventListener("abort", close);
    await client.logout().catch(() => undefined);
  }
}
