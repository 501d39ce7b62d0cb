import type { HTMLElement } from "node-html-parser";
import type { Dispatcher } from "undici";
import type { OidcLoginProbe } from "../model/probe.ts";
import { type ProbeContext, secretOf } from "./context.ts";
import { ProbeFailure } from "./failure.ts";
import { excerpt } from "./http.ts";
import { type Page, startJourney } from "./journey.ts";
import { freshCode } from "./totp.ts";

/** Who logs in where. */
export interface LoginTry {
  /** The page behind the login. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** TOTP seed, base32. Default: no second factor is expected. */
  readonly totpSeed?: string;
  /** Text of the page behind the login. */
  readonly contains: string;
  /** Longest wait for one answer, in ms. */
  readonly timeoutMs: number;
}

/** A login that arrived. */
export interface LoginSeen {
  readonly page: Page;
  /** Forms sent: user name and password, second factor. */
  readonly forms: number;
  /** Ms spent waiting for a second-factor code that was not used yet. */
  readonly waitedMs: number;
}

const errorText = (html: HTMLElement): string | undefined =>
  html
    .querySelectorAll(
      '.pf-m-danger, [id^="input-error"], .alert-error, .kc-feedback-text, #kc-error-message, [role="alert"]',
    )
    .map((element) => element.text.replace(/\s+/g, " ").trim())
    .find((text) => text !== "");

const formWith = (page: Page, ...names: readonly string[]): HTMLElement | undefined =>
  page.html
    .querySelectorAll("form")
    .find((form) => names.some((name) => form.querySelector(`input[name="${name}"]:not([type="hidden"])`) !== null));

/** A form that a script would send by itself (OpenID Connect's form_post). */
function postBack(page: Page): HTMLElement | undefined {
  const forms = page.html.querySelectorAll("form");
  const [form] = forms;
  if (forms.length !== 1 || form?.getAttribute("method")?.toLowerCase() !== "post") return undefined;
  const visible = form.querySelectorAll("input").some((input) => input.getAttribute("type") !== "hidden");
  return !visible && form.querySelector('input[name="state"]') !== null ? form : undefined;
}

/**
 * Logs in as a browser does, without one: page, user name and password, second factor, back at the page.
 *
 * @param agent an HTTP client kept by the caller. Default: one for this login only
 * @throws ProbeFailure telling which step went wrong, with the page's own words
 */
export async function login(
  attempt: LoginTry,
  context: ProbeContext,
  signal: AbortSignal,
  agent?: Dispatcher,
): Promise<LoginSeen> {
  const journey = startJourney(context, { timeoutMs: attempt.timeoutMs, signal, ...(agent ? { agent } : {}) });
  const home = new URL(attempt.url).origin;
  const sent = { password: 0, code: 0, back: 0 };
  let waitedMs = 0;
  try {
    let page = await journey.open(attempt.url);
    for (;;) {
      const passwordForm = formWith(page, "password");
      const codeForm = formWith(page, "otp", "totp");
      const back = postBack(page);
      if (passwordForm !== undefined) {
        if (sent.password++ > 0) throw failed(`the password of ${attempt.username} was refused`, page);
        const fields = { username: attempt.username, password: attempt.password, credentialId: "" };
        page = await journey.submit(page, passwordForm, fields);
      } else if (codeForm !== undefined) {
        if (codeForm.querySelector('input[name="totpSecret"]') !== null) {
          throw failed(`${attempt.username} is asked to set up a second factor instead of using one`, page);
        }
        if (attempt.totpSeed === undefined) throw failed(`${attempt.username} is asked for a second factor`, page);
        // The server refuses a code that was used before in its 30 s, by whomever: one more try in the next window.
        if (sent.code++ > 1) throw failed(`the second factor of ${attempt.username} was refused twice`, page);
        const { code, waitedMs: waited } = await freshCode(attempt.totpSeed, signal);
        waitedMs += waited;
        const name = codeForm.querySelector('input[name="otp"]') === null ? "totp" : "otp";
        page = await journey.submit(page, codeForm, { [name]: code }, "login");
      } else if (back !== undefined && sent.back++ < 3) {
        page = await journey.submit(page, back, {});
      } else {
        const forms = sent.password + sent.code;
        const there = arrived(page, attempt, home, forms);
        if (attempt.totpSeed !== undefined && sent.code === 0) {
          throw failed(`${attempt.username} logged in without being asked for the second factor`, page);
        }
        return { page: there, forms, waitedMs };
      }
    }
  } finally {
    await journey.close();
  }
}

function arrived(page: Page, { contains, username }: LoginTry, home: string, forms: number): Page {
  if (page.url.origin !== home) throw failed(`${username} did not come back to ${home} after ${forms} forms`, page);
  if (page.status !== 200) throw failed(`${username} came back, but the page answers ${page.status}`, page);
  if (forms === 0) throw failed("the page opened without a login: it is not protected", page);
  if (!page.body.includes(contains)) throw failed(`${username} came back, but the page lacks "${contains}"`, page);
  return page;
}

function failed(what: string, page: Page): ProbeFailure {
  const words = errorText(page.html);
  const seen = words === undefined ? excerpt(page.body) : `"${words}"`;
  return new ProbeFailure(`${what}; ${page.url.origin}${page.url.pathname} (status ${page.status}) says ${seen}`);
}

/** Runs a login probe; the wait for an unused code does not count as time taken. */
export async function probeLogin(
  probe: OidcLoginProbe,
  context: ProbeContext,
  signal: AbortSignal,
): Promise<{ readonly detail: string; readonly waitedMs: number }> {
  const { url, username, contains } = probe;
  const password = secretOf(context, probe.passwordSecret);
  const totpSeed = secretOf(context, probe.totpSecret);
  const attempt = { url, username, password, totpSeed, contains, timeoutMs: probe.timeoutMs ?? 10_000 };
  const { forms, waitedMs } = await login(attempt, context, signal);
  return { detail: `${username} logged in through ${forms} forms`, waitedMs };
}
