import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ImapFlow, type ImapFlowOptions } from "imapflow";
import { createTransport, type TransportOptions } from "nodemailer";
import type { MailProbe } from "../model/probe.ts";
import { type ProbeContext, secretOf, tlsFor } from "./context.ts";
import { ProbeFailure } from "./failure.ts";

/** Sender of the letter from outside: a domain set aside for examples, whose owner sends nothing. */
const stranger = "planb-proeve@example.net";

/**
 * Sends a letter as another server does and one as a mail program does, both to the account itself, reads them over
 * IMAP and deletes them.
 *
 * @returns what was seen
 * @throws ProbeFailure when a letter is refused or does not arrive in time
 */
export async function probeMail(probe: MailProbe, context: ProbeContext, signal: AbortSignal): Promise<string> {
  const password = secretOf(context, probe.passwordSecret);
  const run = randomUUID();
  const words = { in: `planb-ind-${run}`, out: `planb-ud-${run}` };
  const letter = { to: probe.username, text: "Prøve af plan B. Slettes af sig selv.\n" };
  await send(probe.url, context, { ...letter, from: stranger, subject: words.in });
  await send(probe.submissionUrl, context, { ...letter, from: probe.username, subject: words.out }, [
    probe.username,
    password,
  ]);
  const { hostname, port } = new URL(probe.imapUrl);
  const client = new ImapFlow({
    host: hostname,
    port: Number(port || 993),
    secure: true,
    servername: hostname,
    tls: tlsFor(context, hostname) as NonNullable<ImapFlowOptions["tls"]>,
    auth: { user: probe.username, pass: password },
    logger: false,
  });
  client.on("error", () => undefined);
  const close = () => client.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    await client.connect();
    for (const [way, word] of Object.entries(words)) {
      const place = await find(client, word, signal);
      if (place === undefined) throw new ProbeFailure(`${probe.imapUrl}: the letter ${way} did not arrive in time`);
      await client.messageDelete([place], { uid: true });
    }
    return "a letter from outside and one by a mail program arrived; both deleted";
  } finally {
    signal.removeEventListener("abort", close);
    await client.logout().catch(() => undefined);
  }
}

async function send(
  url: string,
  context: ProbeContext,
  letter: Record<string, string>,
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
    connectionTimeout: 10_000,
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

/** UID of the message with a subject, looked for until the signal. Spam folders count too: what matters is that it came. */
async function find(client: ImapFlow, subject: string, signal: AbortSignal): Promise<number | undefined> {
  while (!signal.aborted) {
    for (const folder of ["INBOX", "Junk"]) {
      await client.mailboxOpen(folder);
      const found = await client.search({ header: { subject } }, { uid: true });
      if (found && found[0] !== undefined) return found[0];
    }
    await sleep(500);
  }
  return undefined;
}
