import { z } from "zod";
import { publicStateSchema } from "../model/status.ts";

/** What the steward tells of the stack. */
export interface StackState {
  /** Whether a service does what it should; undefined: not known. */
  readonly services: Readonly<Record<string, boolean | undefined>>;
  /** Age of the copy of the existing directory in seconds; undefined: not known. */
  readonly directoryAgeSeconds: number | undefined;
  /** When each service was tried last, at the latest; undefined: none was tried yet. */
  readonly seenAt: Date | undefined;
}

/** A second factor somebody has. */
export interface Factor {
  readonly type: "otp" | "webauthn" | "webauthn-passwordless" | "recovery-authn-codes";
  readonly label: string;
  readonly created: Date | undefined;
}

/** Where the portal learns what it shows. Each answers undefined when the other side is away. */
export interface Sources {
  state(): Promise<StackState | undefined>;
  /** @param token access token of the person */
  factors(token: string): Promise<readonly Factor[] | undefined>;
}

const credentialsSchema = z.array(
  z.object({
    type: z.string(),
    userCredentialMetadatas: z
      .array(z.object({ credential: z.object({ userLabel: z.string().nullish(), createdDate: z.number().nullish() }) }))
      .default([]),
  }),
);
const factorTypes: readonly string[] = ["otp", "webauthn", "webauthn-passwordless", "recovery-authn-codes"];

/** Longest wait for another part, in ms: the page is shown without it. */
const patienceMs = 1500;
/** What the steward told is asked again after this time, in ms. */
const freshMs = 5000;

async function getJson(url: string, headers: Record<string, string> = {}): Promise<unknown> {
  const options = { headers: { accept: "application/json", ...headers }, signal: AbortSignal.timeout(patienceMs) };
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

/**
 * Sources over HTTPS, checked against the stack's CA.
 *
 * @param statusUrl the steward's status
 * @param issuer the realm's issuer
 * @param log told what was not to be had, without anything of a person
 */
export function httpSources(statusUrl: string, issuer: string, log: (line: string) => void): Sources {
  let known: { at: number; state: Promise<StackState | undefined> } | undefined;
  const failed = (what: string) => (error: unknown) => {
    log(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  };
  return {
    state() {
      if (known === undefined || Date.now() - known.at > freshMs) {
        known = { at: Date.now(), state: getJson(statusUrl).then(readState).catch(failed("status")) };
      }
      return known.state;
    },
    factors(token) {
      if (token === "") return Promise.resolve(undefined);
      return getJson(`${issuer}/account/credentials`, { authorization: `Bearer ${token}` })
        .then(readFactors)
        .catch(failed("second factor"));
    },
  };
}

/** @throws when it is no status */
export function readState(json: unknown): StackState {
  const { services, directory } = publicStateSchema.parse(json);
  const tried = services
    .map(({ probes }) => Math.max(...probes.map(({ at }) => Date.parse(at ?? "")).filter(Number.isFinite)))
    .filter(Number.isFinite);
  return {
    services: Object.fromEntries(services.map(({ service, ok }) => [service, ok])),
    directoryAgeSeconds: directory?.ageSeconds,
    seenAt: tried.length === 0 ? undefined : new Date(Math.min(...tried)),
  };
}

/** @throws when it is no list of credentials */
export function readFactors(json: unknown): readonly Factor[] {
  return credentialsSchema.parse(json).flatMap(({ type, userCredentialMetadatas }) =>
    factorTypes.includes(type)
      ? userCredentialMetadatas.map(({ credential }) => ({
          type: type as Factor["type"],
          label: credential.userLabel ?? "",
          created: credential.createdDate ? new Date(credential.createdDate) : undefined,
        }))
      : [],
  );
}
