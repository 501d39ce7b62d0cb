import { randomUUID } from "node:crypto";
import type { MailProbe } from "../model/probe.ts";
import { type ProbeContext, secretOf } from "./context.ts";
import { sendLetter, takeLetters } from "./letter.ts";

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
  const timeoutMs = probe.timeoutMs ?? 10_000;
  await sendLetter(probe.url, context, { ...letter, from: stranger, subject: words.in }, timeoutMs);
  await sendLetter(probe.submissionUrl, context, { ...letter, from: probe.username, subject: words.out }, timeoutMs, [
    probe.username,
    password,
  ]);
  await takeLetters(probe, context, words, signal);
  return "a letter from outside and one by a mail program arrived; both deleted";
}
