import { createHmac, randomBytes } from "node:crypto";
import { type AppPasswordKind, parseAppPassword } from "../model/app-password.ts";
import { type AppPasswordEntry, listAppPasswords, noteUse } from "./app-passwords.ts";
import type { Directory } from "./directory.ts";
import type { Limiter } from "./limiter.ts";
import { type Person, personByLogin } from "./people.ts";
import type { AccessSettings } from "./settings.ts";

/** Protocols that are opened by a password, with what an app password must be made for. */
export const protocolKinds = { imap: "mail", smtp: "mail", sieve: "mail", dav: "dav" } as const satisfies Record<
  string,
  AppPasswordKind
>;
/** A protocol that is opened by a password. */
export type Protocol = keyof typeof protocolKinds;

/** A password to be checked. */
export interface Verification {
  readonly protocol: Protocol;
  readonly login: string;
  readonly password: string;
  /** Address of the one who tries, if it is known. */
  readonly address?: string | undefined;
}

/** How a check ended. */
export type Verdict =
  | { readonly kind: "right"; readonly person: Person; readonly appPassword: string | null }
  | { readonly kind: "refused"; readonly reason: "wrong" | "appPasswordRequired" | "closed"; readonly guid?: string }
  | { readonly kind: "wait"; readonly seconds: number; readonly guid?: string }
  /** Nobody could check the password just now. */
  | { readonly kind: "unchecked"; readonly guid?: string };

/** Key that the limiter counts a login by: the person's where there is one, whichever of their names was used. */
export const personKey = (person: Person | undefined, login: string): string =>
  person ? person.guid : `login:${login.trim().toLowerCase().slice(0, 256)}`;

/** Milliseconds in which a password just found wrong is not looked at again, nor counted: a phone sends it five times. */
const wrongForMs = 60_000;
const wrongKept = 10_000;

/** What a check needs. */
export interface VerifierOptions {
  readonly directory: Directory;
  readonly limiter: Limiter;
  readonly secondFactor: AccessSettings["secondFactor"];
  /** A use that could not be noted; the login goes on. */
  readonly onError: (error: unknown) => void;
}

/** Makes the check of passwords: the limiter first, then the person's state, then the password. */
export function createVerifier({ directory, limiter, secondFactor, onError }: VerifierOptions) {
  const key = randomBytes(32);
  const mark = (dn: string, password: string): string =>
    createHmac("sha256", key).update(`${dn}\0${password}`).digest("base64");
  const wrong = new Map<string, number>();
  const running = new Map<string, Promise<boolean>>();

  /** One bind for several connections that a program opens at once with the same password. */
  const opens = (dn: string, password: string): Promise<boolean> => {
    const id = mark(dn, password);
    const bind = running.get(id) ?? directory.opens(dn, password).finally(() => running.delete(id));
    running.set(id, bind);
    return bind;
  };
  const knownWrong = (id: string): boolean => (wrong.get(id) ?? 0) > Date.now();
  const remember = (id: string): void => {
    if (wrong.size >= wrongKept) wrong.clear();
    wrong.set(id, Date.now() + wrongForMs);
  };

  async function checked(person: Person, dn: string, password: string, counted: string | undefined, address?: string) {
    const id = mark(dn, password);
    if (knownWrong(id)) return { kind: "refused", reason: "wrong", guid: person.guid } as const;
    const joined = running.has(id);
    const attempt = joined ? undefined : await limiter.begin(counted, address);
    if (typeof attempt === "number") return { kind: "wait", seconds: attempt, guid: person.guid } as const;
    try {
      if (await opens(dn, password)) {
        await attempt?.right();
        return undefined;
      }
    } catch (error) {
      await attempt?.unchecked();
      onError(error);
      return { kind: "unchecked", guid: person.guid } as const;
    }
    remember(id);
    return { kind: "refused", reason: "wrong", guid: person.guid } as const;
  }

  /** The app password that was meant, if the text has the form of one and the person has one with its id. */
  async function meantAppPassword(person: Person, typed: string) {
    const parsed = parseAppPassword(typed);
    if (!parsed) return undefined;
    const entry = (await listAppPasswords(directory, person)).find(({ id }) => id === parsed.id);
    return entry && { entry, canonical: parsed.canonical };
  }

  async function byAppPassword(
    person: Person,
    { entry, canonical }: { entry: AppPasswordEntry; canonical: string },
    { protocol, address }: Verification,
  ): Promise<Verdict> {
    // Nobody guesses 80 bits, and an old one in a phone must not shut the person out elsewhere: only the address counts.
    const refused = await checked(person, entry.dn, canonical, undefined, address);
    if (refused) return refused;
    if (!entry.protocols.includes(protocolKinds[protocol]))
      return { kind: "refused", reason: "wrong", guid: person.guid };
    await noteUse(directory, entry, new Date()).catch(onError);
    return { kind: "right", person, appPassword: entry.id };
  }

  const needsAppPassword = ({ groups }: Person): boolean =>
    secondFactor.requiredFor === "all" || secondFactor.requiredFor.some((group) => groups.includes(group));

  return async function verify(asked: Verification): Promise<Verdict> {
    const person = await personByLogin(directory, asked.login);
    if (!person?.open) {
      // Counted, so that names cannot be tried without end; but of somebody shut out no password is looked at, here or in
      // AD, so their phone's tries do not keep them out once they may come in again.
      const attempt = await limiter.begin(person ? undefined : personKey(undefined, asked.login), asked.address);
      if (typeof attempt === "number") return { kind: "wait", seconds: attempt };
      return person ? { kind: "refused", reason: "closed", guid: person.guid } : { kind: "refused", reason: "wrong" };
    }
    const meant = await meantAppPassword(person, asked.password);
    if (meant) return byAppPassword(person, meant, asked);
    if (needsAppPassword(person)) return { kind: "refused", reason: "appPasswordRequired", guid: person.guid };
    return (
      (await checked(person, person.dn, asked.password, personKey(person, asked.login), asked.address)) ?? {
        kind: "right",
        person,
        appPassword: null,
      }
    );
  };
}
