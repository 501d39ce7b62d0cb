import type { Language } from "../web/texts.ts";
import { da } from "./texts-da.ts";
import { en } from "./texts-en.ts";

/** Everything a page says, in one language. The compiler refuses a language that lacks a text. */
export interface Texts {
  readonly startPage: string;
  readonly welcome: (name: string) => string;
  readonly intro: string;
  readonly services: {
    readonly title: string;
    readonly ground: string;
    readonly up: string;
    readonly down: string;
    readonly unknown: string;
    readonly open: (what: string) => string;
    readonly seen: (time: string) => string;
    readonly unseen: string;
    readonly copied: (age: string) => string;
  };
  readonly me: {
    readonly title: string;
    readonly name: string;
    readonly user: string;
    readonly mail: string;
    readonly department: string;
    readonly job: string;
    readonly groups: string;
    readonly login: string;
    readonly wrong: string;
  };
  readonly factor: {
    readonly title: string;
    readonly why: string;
    readonly none: string;
    readonly unknown: string;
    readonly types: Readonly<Record<"otp" | "webauthn" | "webauthn-passwordless" | "recovery-authn-codes", string>>;
    readonly since: (date: string) => string;
    readonly add: Readonly<Record<"otp" | "webauthn" | "webauthn-passwordless" | "recovery-authn-codes", string>>;
    readonly manage: string;
  };
  readonly help: {
    readonly title: string;
    readonly lead: string;
    readonly link: string;
    readonly phone: string;
    readonly mail: string;
    readonly noContact: string;
    readonly page: HelpPage;
  };
}

/** The page on how to log in, to read on screen and on paper. */
export interface HelpPage {
  readonly title: string;
  readonly lead: string;
  readonly print: string;
  readonly login: { readonly title: string; readonly steps: readonly string[] };
  readonly gone: { readonly title: string; readonly paragraphs: readonly string[] };
  readonly code: { readonly title: string; readonly steps: readonly string[] };
  readonly trouble: { readonly title: string; readonly items: readonly (readonly [string, string])[] };
  readonly root: { readonly title: string; readonly text: string; readonly link: string };
  readonly contact: { readonly title: string; readonly address: string };
}

/** The texts by language. */
export const texts: Readonly<Record<Language, Texts>> = { da, en };
