import { setTimeout as sleep } from "node:timers/promises";
import type { ImapFlow } from "imapflow";
import { createTransport, type TransportOptions } from "nodemailer";
import { type ProbeContext, tlsFor } from "./context.ts";
import { ProbeFailure } from "./failure.ts";
import { inMailbox, type MailAccount } from "./mailbox.ts";

/** Folders a letter may come to. Spam counts too: what matters is that it came. */
const folders = ["INBOX", "Junk"];

/**
 * Sends a letter.
 *
 * @param url `smtps://host:port`, or `smtp://host:port` with STARTTLS
 * @param timeoutMs longest wait for the connection, the greeting and each answer
 * @param login user name and password. Default: none, as another server does
 * @throws ProbeFailure when it is refused, with the server's words
 */
export async function sendLetter(
  url: string,
  context: ProbeContext,
  letter: Readonly<Record<string, string>>,
  timeoutMs: number,
  login?: readonly [string, string],
): Promise<void> {
  const { hostname, port, protocol } = new URL(url);
  const secure = protocol === "smtps:";
  const { lookup, ...tls } = tlsFor(context, hostname);
  const host = context.resolve?.(hostname) ?? context.address ?? hostname;
  const options = {
    host,
    port: Number(port),
    secure,
    requireTLS: !secure,
    name: "planb-proeve.example.net",
    tls: { ...tls, servername: hostname },
    ...(login ? { auth: { user: login[0], pass: login[1] } } : {}),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  };
  const transport = createTransport(options as TransportOptions);
  try {
    await transport.sendMail(letter);
  } catch (error) {
    const { response } = error as { response?: string };
    if (response === undefined) throw error;
    throw new ProbeFailure(`${url}: the letter from ${letter["from"]} was refused: ${response}`);
  } finally {
    transport.close();
  }
}

/**
 * Reads letters over IMAP as they come, and deletes them.
 *
 * @param words a text of its own in the subject of each letter, by what the letter is called
 * @returns the header lines of each letter, by what it is called
 * @throws ProbeFailure when one does not arrive before the signal
 */
export async function takeLetters(
  account: MailAccount,
  context: ProbeContext,
  words: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const take = async (client: ImapFlow) => {
    const taken: Record<string, string> = {};
    for (const [way, word] of Object.entries(words)) {
      const uid = await find(client, word, signal);
      if (uid === undefined) throw new ProbeFailure(`${account.imapUrl}: the letter ${way} did not arrive in time`);
      const letter = await client.fetchOne(String(uid), { headers: true }, { uid: true });
      taken[way] = letter ? (letter.headers?.toString("utf8") ?? "") : "";
      await client.messageDelete([uid], { uid: true });
    }
    return taken;
  };
  return inMailbox(account, context, signal, take);
}

/** UID of the message with a text in its subject, looked for until the signal; its folder stays open. */
async function find(client: ImapFlow, subject: string, signal: AbortSignal): Promise<number | undefined> {
  while (!signal.aborted) {
    for (const folder of folders) {
      await client.mailboxOpen(folder);
      const found = await client.search({ header: { subject } }, { uid: true });
      if (found && found[0] !== undefined) return found[0];
    }
    await sleep(500);
  }
  return undefined;
}
