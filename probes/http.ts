import { request } from "undici";
import type { HttpProbe } from "../model/probe.ts";
import { agentFor, type ProbeContext } from "./context.ts";
import { ProbeFailure } from "./failure.ts";

/** Most of a page that is read, in bytes. */
const maxBody = 2 * 2 ** 20;

/** A page's text as told in a failure: one line, at most 120 characters. */
export function excerpt(body: string): string {
  const text = body
    .replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (text === "") return "an empty page";
  return `"${text.length > 120 ? `${text.slice(0, 117)}...` : text}"`;
}

/** Reads a body up to a size; the rest is dropped. */
export async function readBody(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size > maxBody) break;
  }
  return Buffer.concat(parts).toString("utf8");
}

/**
 * Fetches a page once, without following redirects.
 *
 * @returns what was seen
 * @throws ProbeFailure when status or text differ
 */
export async function probeHttp(probe: HttpProbe, context: ProbeContext, signal: AbortSignal): Promise<string> {
  const agent = agentFor(context, probe.timeoutMs ?? 10_000);
  try {
    const answer = await request(probe.url, { dispatcher: agent, signal, headers: { "accept-language": "da, en" } });
    const body = await readBody(answer.body);
    const wanted = probe.status ?? 200;
    if (answer.statusCode !== wanted) {
      const to = answer.headers["location"];
      const seen = to === undefined ? excerpt(body) : `a redirect to ${String(to)}`;
      throw new ProbeFailure(`${probe.url}: expected status ${wanted}, got ${answer.statusCode} with ${seen}`);
    }
    if (probe.contains !== undefined && !body.includes(probe.contains)) {
      throw new ProbeFailure(`${probe.url}: expected "${probe.contains}" in the page, got ${excerpt(body)}`);
    }
    return `status ${answer.statusCode}, ${body.length} characters`;
  } finally {
    await agent.destroy();
  }
}
