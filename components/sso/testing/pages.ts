import { Secret, TOTP } from "otpauth";
import { type Journey, type Page, startJourney } from "../../../probes/journey.ts";
import { portalOrigin } from "./stack.ts";

/** A visitor of the login pages, step by step. */
export interface Visitor {
  readonly journey: Journey;
  /** The login page, asked for by the service behind it. */
  readonly first: Page;
  /** Sends user name and password. */
  logIn(username: string, password: string): Promise<Page>;
}

/** Opens the service behind the login and is sent to the login page. */
export async function visit(caPem: string, timeoutMs = 30_000): Promise<Visitor> {
  const signal = AbortSignal.timeout(timeoutMs);
  const journey = startJourney({ caPem, secrets: {} }, { timeoutMs, signal });
  const first = await journey.open(`${portalOrigin}/`);
  return {
    journey,
    first,
    logIn: (username, password) => submit(journey, first, { username, password, credentialId: "" }),
  };
}

/** Sends the page's only form, or the one that has the first of the fields. */
export async function submit(
  journey: Journey,
  page: Page,
  fields: Readonly<Record<string, string>>,
  press?: string,
): Promise<Page> {
  const [name] = Object.keys(fields);
  const form = page.html.querySelectorAll("form").find((each) => each.querySelector(`[name="${name}"]`) !== null);
  if (form === undefined) throw new Error(`no form with "${name}" on ${page.url}:\n${words(page)}`);
  return journey.submit(page, form, fields, press);
}

/** What a page tells its reader: title and message. */
export function words(page: Page): string {
  const parts = page.html.querySelectorAll("h1, .kc-feedback-text, [id^='input-error']");
  return parts.length === 0 ? page.body.slice(0, 2000) : parts.map((each) => each.text.trim()).join(" | ");
}

/** Enrols the TOTP code the page offers; returns the next page and the seed. */
export async function enrolTotp(journey: Journey, page: Page): Promise<{ page: Page; seed: string }> {
  const raw = page.html.querySelector('input[name="totpSecret"]')?.getAttribute("value") ?? "";
  const seed = new Secret({ buffer: new TextEncoder().encode(raw).buffer as ArrayBuffer }).base32;
  const next = await submit(journey, page, { totp: totp(seed), userLabel: "Telefon" });
  return { page: next, seed };
}

/**
 * The code of a seed.
 *
 * @param windows windows of 30 s ahead; the server takes one ahead, so that a used code need not be waited out. Default: 0
 */
export const totp = (seed: string, windows = 0): string =>
  new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: Date.now() + windows * 30_000 });
