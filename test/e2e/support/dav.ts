import { createDAVClient } from "tsdav";
import { type Dispatcher, type RequestInit, request, fetch as undiciFetch } from "undici";
import { agentFor } from "../../../probes/index.ts";
import type { RunningStack } from "./demo.ts";

/** What {@link DavProgram} finds its way with. */
export type DavAccount = Awaited<ReturnType<typeof createDAVClient>>;

/** Calendar and contacts of a phone or of Thunderbird, set up with the host's name, a login and an app password. */
export class DavProgram {
  readonly #agent: Dispatcher;
  readonly #origin: string;
  readonly #login: string;
  readonly #password: string;

  constructor(stack: RunningStack, login: string, password: string) {
    this.#agent = agentFor(stack.context, 30_000);
    this.#origin = stack.origin("kalender");
    this.#login = login;
    this.#password = password;
  }

  /** Finds calendars or address books from the well-known name on. @throws when it is not let in */
  account(kind: "caldav" | "carddav"): Promise<DavAccount> {
    // The platform's own fetch, told of the stack's certificate.
    const fetch = (url: string | URL | Request, init?: object) =>
      undiciFetch(String(url), { ...(init as RequestInit), dispatcher: this.#agent });
    return createDAVClient({
      serverUrl: `${this.#origin}/`,
      credentials: { username: this.#login, password: this.#password },
      authMethod: "Basic",
      defaultAccountType: kind,
      fetch: fetch as unknown as typeof globalThis.fetch,
    });
  }

  /** Any request, as the person. */
  async ask(
    method: string,
    path: string,
    body?: string,
    type = "text/xml; charset=utf-8",
  ): Promise<{ status: number; text: string }> {
    const authorization = `Basic ${Buffer.from(`${this.#login}:${this.#password}`).toString("base64")}`;
    const answer = await request(new URL(path, this.#origin), {
      dispatcher: this.#agent,
      method: method as "PUT",
      headers: { authorization, depth: "1", ...(body === undefined ? {} : { "content-type": type }) },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  /** The person's immutable key, as the calendar tells it. */
  async guid(): Promise<string> {
    const wanted = '<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>';
    const { status, text } = await this.ask("PROPFIND", "/SOGo/dav/", wanted);
    const guid = /\/SOGo\/dav\/([0-9a-f-]{36})\//.exec(text)?.[1];
    if (guid === undefined) throw new Error(`${this.#login}: not told who one is: ${status} ${text.slice(0, 200)}`);
    return guid;
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}
