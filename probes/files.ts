import { randomUUID } from "node:crypto";
import { request } from "undici";
import type { FilesProbe } from "../model/probe.ts";
import { agentFor, type ProbeContext, secretOf } from "./context.ts";
import { ProbeFailure } from "./failure.ts";

/**
 * Stores a file over WebDAV, shares it by a link that opens once, fetches it by both ways, deletes it, sees that it is
 * gone, and leaves nothing of it in trash or links.
 *
 * @returns what was seen
 * @throws ProbeFailure when a step is answered otherwise
 */
export async function probeFiles(probe: FilesProbe, context: ProbeContext, signal: AbortSignal): Promise<string> {
  const credentials = Buffer.from(`${probe.username}:${secretOf(context, probe.passwordSecret)}`).toString("base64");
  const dispatcher = agentFor(context, probe.timeoutMs ?? 10_000);
  const url = `${probe.url}/planb-prøve-${randomUUID()}.txt`;
  const content = `prøve ${randomUUID()}`;
  const ask = async (method: "PUT" | "GET" | "POST" | "DELETE", expected: number, body?: string) => {
    const type = method === "POST" ? "application/x-www-form-urlencoded" : "text/plain";
    const headers = { authorization: `Basic ${credentials}`, "content-type": type };
    const answer = await request(new URL(url), { method, headers, dispatcher, signal, ...(body ? { body } : {}) });
    const text = await answer.body.text();
    if (answer.statusCode === expected) return { text, location: String(answer.headers["location"] ?? "") };
    throw new ProbeFailure(`${method} ${probe.url}: expected ${expected}, got ${answer.statusCode}`);
  };
  const open = async (link: string, expected: number): Promise<string> => {
    const answer = await request(`${link}/fil`, { dispatcher, signal });
    const text = await answer.body.text();
    if (answer.statusCode === expected) return text;
    throw new ProbeFailure(`a link without a login: expected ${expected}, got ${answer.statusCode}`);
  };
  try {
    await ask("PUT", 201, content);
    if ((await ask("GET", 200)).text !== content) throw new ProbeFailure(`GET ${probe.url}: other content than stored`);
    const { location } = await ask("POST", 201, "days=1&limit=1");
    if ((await open(location, 200)) !== content) throw new ProbeFailure("a link gave other content than was stored");
    await open(location, 404);
    await ask("DELETE", 204);
    await ask("GET", 404);
    // Else each round would leave something in the trash and a link that is used up.
    await ask("POST", 204, "forget=1");
    return "stored, shared, fetched and deleted a file";
  } finally {
    await dispatcher.close();
  }
}
