import { enrolTotp, submit, totp, words } from "../../../components/sso/testing/pages.ts";
import { type Journey, type Page, startJourney } from "../../../probes/journey.ts";
import type { RunningStack } from "./demo.ts";

export { words };

/** A clerk at the start page, with cookies, without scripts. */
export class Clerk {
  readonly #stack: RunningStack;
  readonly username: string;
  password: string;
  /** TOTP seed, once enrolled. */
  seed = "";
  #window = 0;
  #journeys: Journey[] = [];

  constructor(stack: RunningStack, username: string, password: string) {
    this.#stack = stack;
    this.username = username;
    this.password = password;
  }

  /** Opens the start page in a fresh browser and sends user name and password. */
  async sendPassword(password = this.password): Promise<{ journey: Journey; page: Page }> {
    const journey = startJourney(this.#stack.context, { timeoutMs: 30_000, signal: AbortSignal.timeout(600_000) });
    this.#journeys.push(journey);
    const first = await journey.open(`${this.#stack.start}/`);
    const page = await submit(journey, first, { username: this.username, password, credentialId: "" });
    return { journey, page };
  }

  /**
   * Logs in, all the way: sets a new password and enrols a second factor where that is asked for.
   *
   * @param newPassword what to set when a password must be set
   * @throws with the page's own words when it does not end at the start page
   */
  async logIn(options: { password?: string; newPassword?: string } = {}): Promise<{ journey: Journey; page: Page }> {
    const { journey, page: first } = await this.sendPassword(options.password);
    let page = first;
    for (let forms = 0; forms < 6 && page.url.origin !== this.#stack.start; forms++) {
      if (page.body.includes('name="totpSecret"')) {
        // The code that proves the enrolment is used up too.
        this.#window = Math.floor(Date.now() / 30_000);
        const enrolled = await enrolTotp(journey, page);
        this.seed = enrolled.seed;
        page = enrolled.page;
      } else if (page.body.includes('name="password-new"') && options.newPassword !== undefined) {
        this.password = options.newPassword;
        const fields = { "password-new": options.newPassword, "password-confirm": options.newPassword };
        page = await submit(journey, page, fields);
      } else if (page.body.includes('name="otp"') && this.seed !== "") {
        page = await submit(journey, page, { otp: await this.code() }, "login");
      } else throw new Error(`${this.username}: not let in: ${words(page)}`);
    }
    if (page.url.origin !== this.#stack.start || page.status !== 200) {
      throw new Error(
        `${this.username}: ended at ${page.url.origin}${page.url.pathname} (${page.status}): ${words(page)}`,
      );
    }
    return { journey, page };
  }

  /**
   * The next code that was not used yet. One is taken once in its 30 s, and the server takes one window ahead: so two
   * logins need no waiting.
   */
  async code(): Promise<string> {
    const now = Math.floor(Date.now() / 30_000);
    const window = Math.max(now, this.#window + 1);
    if (window > now + 1)
      await new Promise((resolve) => setTimeout(resolve, (window - now - 1) * 30_000 - (Date.now() % 30_000)));
    this.#window = window;
    const ahead = window - Math.floor(Date.now() / 30_000);
    return totp(this.seed, ahead);
  }

  /** Closes all of the clerk's browsers. */
  async leave(): Promise<void> {
    await Promise.all(this.#journeys.map((journey) => journey.close()));
    this.#journeys = [];
  }
}
