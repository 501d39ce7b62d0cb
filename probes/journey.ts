import { type HTMLElement, parse } from "node-html-parser";
import { CookieJar } from "tough-cookie";
import { type Dispatcher, request } from "undici";
import { agentFor, type ProbeContext } from "./context.ts";
import { ProbeFailure } from "./failure.ts";
import { readBody } from "./http.ts";

/** Most redirects followed for one step, as browsers have a bound too. */
const maxRedirects = 15;

/** A page as a browser without scripts has it. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly body: string;
  readonly html: HTMLElement;
}

/** One visitor: cookies kept, redirects followed, forms sent. `close` when done. */
export interface Journey {
  open(url: string): Promise<Page>;
  /** Sends the form with its hidden and given fields; `press` names the button, where it matters. */
  submit(page: Page, form: HTMLElement, fields: Readonly<Record<string, string>>, press?: string): Promise<Page>;
  close(): Promise<void>;
}

interface Step {
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly body?: string;
}

/**
 * Starts a visit.
 *
 * @param context the stack
 * @param options.timeoutMs longest wait for one answer; `options.signal` ends the whole visit;
 * `options.agent` an HTTP client kept by the caller, so that many visits share connections. Default: one of its own
 */
export function startJourney(
  context: ProbeContext,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly agent?: Dispatcher },
): Journey {
  const agent = options.agent ?? agentFor(context, options.timeoutMs);
  const jar = new CookieJar();

  async function answer({ url, method, body }: Step): Promise<{ status: number; location?: string; text: string }> {
    const cookie = await jar.getCookieString(url.href);
    const response = await request(url, {
      dispatcher: agent,
      method,
      signal: options.signal,
      headers: {
        accept: "text/html, */*;q=0.8",
        "accept-language": "da, en",
        ...(cookie === "" ? {} : { cookie }),
        ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded", origin: url.origin }),
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of [response.headers["set-cookie"] ?? []].flat()) {
      await jar.setCookie(line, url.href, { ignoreError: true });
    }
    const { location } = response.headers;
    const text = await readBody(response.body);
    return { status: response.statusCode, text, ...(typeof location === "string" ? { location } : {}) };
  }

  async function follow(first: Step): Promise<Page> {
    let step = first;
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const { status, location, text } = await answer(step);
      if (status < 300 || status >= 400 || location === undefined) {
        return { url: step.url, status, body: text, html: parse(text) };
      }
      const url = new URL(location, step.url);
      const again = status === 307 || status === 308;
      step = again ? { ...step, url } : { url, method: "GET" };
    }
    throw new ProbeFailure(`${first.url.href}: more than ${maxRedirects} redirects, the last to ${step.url.href}`);
  }

  return {
    open: (url) => follow({ url: new URL(url), method: "GET" }),
    submit(page, form, fields, press) {
      const values = new URLSearchParams();
      for (const input of form.querySelectorAll("input[type=hidden]")) {
        const name = input.getAttribute("name");
        if (name !== undefined) values.set(name, input.getAttribute("value") ?? "");
      }
      for (const [name, value] of Object.entries(fields)) values.set(name, value);
      const button = press === undefined ? undefined : form.querySelector(`[name="${press}"]`);
      if (press !== undefined && button) values.set(press, button.getAttribute("value") ?? "");
      const url = new URL(form.getAttribute("action") ?? "", page.url);
      if ((form.getAttribute("method") ?? "get").toLowerCase() === "post") {
        return follow({ url, method: "POST", body: values.toString() });
      }
      url.search = values.toString();
      return follow({ url, method: "GET" });
    },
    close: () => (options.agent === undefined ? agent.destroy() : Promise.resolve()),
  };
}
