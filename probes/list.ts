import { randomUUID } from "node:crypto";
import type { ListProbe } from "../model/probe.ts";
import { type ProbeContext, secretOf } from "./context.ts";
import { ProbeFailure } from "./failure.ts";
import { sendLetter, takeLetters } from "./letter.ts";

/**
 * Writes to a mailing list whose only member is the account itself, reads what the list sends and deletes it.
 *
 * @returns what was seen
 * @throws ProbeFailure when the letter is refused, does not come back in time, or comes without the list's mark
 */
export async function probeList(probe: ListProbe, context: ProbeContext, signal: AbortSignal): Promise<string> {
  const password = secretOf(context, probe.passwordSecret);
  const subject = `planb-liste-${randomUUID()}`;
  const letter = { from: probe.username, to: probe.list, subject, text: "Prøve af plan B. Slettes af sig selv.\n" };
  await sendLetter(probe.url, context, letter, probe.timeoutMs ?? 10_000, [probe.username, password]);
  const taken = await takeLetters(probe, context, { [`by the list ${probe.list}`]: subject }, signal);
  if (!/^List-Id:/im.test(Object.values(taken)[0] ?? "")) {
    throw new ProbeFailure(`${probe.list}: the letter came, but not by the list: it has no header List-Id`);
  }
  return "a letter to the list came to its member; deleted";
}
