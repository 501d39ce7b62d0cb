import { readFileSync } from "node:fs";
import { Agent, request } from "undici";
import type { MailboxDuty } from "./config.ts";

/** What a command of Dovecot's API answered: rows, or why it could not. */
export type DoveadmAnswer =
  | { readonly rows: readonly Readonly<Record<string, string>>[] }
  | { readonly error: "notFound" | "failed"; readonly code: number };

/** Dovecot's own exit codes: `NOUSER` and `NOTFOUND`. */
const notFound = [67, 68];

/** The API of the mailboxes. */
export interface Doveadm {
  /** Runs commands in one request, in their order. @throws Error when the API cannot be reached or refuses the key */
  run(commands: readonly (readonly [string, Readonly<Record<string, unknown>>])[]): Promise<readonly DoveadmAnswer[]>;
  close(): Promise<void>;
}

/** Opens the API. */
export function openDoveadm(config: MailboxDuty): Doveadm {
  const ca = readFileSync(config.caFile, "utf8");
  const key = Buffer.from(readFileSync(config.keyFile, "utf8").trim()).toString("base64");
  const dispatcher = new Agent({ connect: { ca, timeout: 5000 }, headersTimeout: 60_000, bodyTimeout: 60_000 });
  return {
    async run(commands) {
      if (commands.length === 0) return [];
      const { statusCode, body } = await request(config.url, {
        method: "POST",
        headers: { authorization: `X-Dovecot-API ${key}`, "content-type": "application/json" },
        body: JSON.stringify(commands.map(([name, parameters], index) => [name, parameters, String(index)])),
        dispatcher,
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`${config.url} answered ${statusCode}`);
      const answers = JSON.parse(text) as [string, unknown, string][];
      return answers.map(([kind, content]): DoveadmAnswer => {
        if (kind === "doveadmResponse") return { rows: content as Readonly<Record<string, string>>[] };
        const code = (content as { exitCode?: number }).exitCode ?? 0;
        return { error: notFound.includes(code) ? "notFound" : "failed", code };
      });
    },
    close: () => dispatcher.close(),
  };
}
