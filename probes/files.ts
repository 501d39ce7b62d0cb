import { randomUUID } from "node:crypto";
import { request } from "undici";
import type { FilesProbe } from "../model/probe.ts";
import { agentFor, type ProbeContext, secretOf } from "./context.ts";
import { ProbeFailure } from "./failure.ts";

/**
 * Stores a file over WebDAV, fetches it, deletes it, and sees that it is gone.
 *
 * @returns what was seen
 * @throws ProbeFailure when a step is answered otherwise
 */
export async function probeFiles(probe: FilesProbe, context: ProbeContext, signal: AbortSignal): Promise<string> {
  const credentials = Buffer.from(`${probe.username}:${secretOf(context, probe.passwordSecret)}`).toString("base64");
  const dispatcher = agentFor(context, probe.timeoutMs ?? 10_000);
  const url = `${probe.url}/planb-prøve-${randomUUID()}.txt`;
  const content = `prøve ${randomUUID()}`;
  const ask = async (method: "PUT" | "GET" | "DELETE", expected: number, body?: string): Promise<string> => {
    const headers = { authorization: `Basic ${credentials}`, "content-type": "text/plain" };
    const answer = await request(new URL(url), { method, headers, dispatcher, signal, ...(body ? { body } : {}) });
    const text = await answer.body.text();
    if (answer.statusCode === expected) return text;
    throw new ProbeFailure(`${method} ${probe.url}: expected ${expected}, got ${answer.statusCode}`);
  };
  try {
    await ask("PUT", 201, content);
    if ((await ask("GET", 200)) !== content) throw new ProbeFailure(`GET ${probe.url}: other content than was stored`);
    await ask("DELETE", 204);
    await ask("GET", 404);
    return "stored, fetched and deleted a file";
  } finally {
    await dispatcher.close();
  }
}
