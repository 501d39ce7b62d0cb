import type { AppPasswordKind } from "../model/app-password.ts";
import type { Language } from "../web/texts.ts";
import { daDevices } from "./texts-devices-da.ts";
import { enDevices } from "./texts-devices-en.ts";

/** What a way to set up a device says. */
export interface DeviceGuide {
  readonly title: string;
  readonly steps: readonly string[];
}

/** What the pages on app passwords and devices say, in one language. */
export interface DeviceTexts {
  readonly card: { readonly title: string; readonly text: string };
  readonly passwords: {
    readonly title: string;
    readonly lead: string;
    readonly kinds: Readonly<Record<AppPasswordKind, readonly [label: string, hint: string]>>;
    readonly list: {
      readonly title: string;
      readonly empty: string;
      readonly head: readonly [name: string, what: string, made: string, used: string];
      readonly never: string;
      readonly away: string;
    };
    readonly form: {
      readonly title: string;
      readonly name: string;
      readonly nameHint: string;
      readonly nameMissing: string;
      readonly what: string;
      readonly whatMissing: string;
      readonly make: string;
      readonly tooMany: string;
    };
    readonly made: {
      readonly title: string;
      readonly once: string;
      readonly login: string;
      readonly password: string;
      readonly typing: string;
      readonly android: DeviceGuide;
      readonly androidCode: string;
      readonly apple: DeviceGuide;
      readonly appleButton: string;
      readonly done: string;
    };
    readonly remove: {
      readonly button: string;
      readonly of: (name: string) => string;
      readonly title: (name: string) => string;
      readonly text: string;
      readonly keep: string;
      readonly removed: string;
    };
  };
  readonly devices: {
    readonly menu: string;
    readonly title: string;
    readonly lead: string;
    readonly nothing: string;
    readonly first: DeviceGuide & { readonly button: string };
    readonly apple: DeviceGuide & { readonly button: string; readonly code: string; readonly unsigned: string };
    readonly android: DeviceGuide & { readonly code: string };
    readonly dav: DeviceGuide & { readonly link: string; readonly code: string };
    readonly thunderbird: DeviceGuide;
    readonly files: DeviceGuide;
    readonly all: {
      readonly title: string;
      readonly head: readonly [what: string, address: string, port: string, security: string];
      readonly names: Readonly<Record<"imap" | "smtp" | "caldav" | "carddav" | "webdav", string>>;
      readonly security: Readonly<Record<"tls" | "starttls", string>>;
      readonly login: (login: string) => string;
    };
    readonly profile: { readonly title: (municipality: string) => string; readonly about: string };
  };
}

/** The texts on devices by language. */
export const deviceTexts: Readonly<Record<Language, DeviceTexts>> = { da: daDevices, en: enDevices };
