import type { Language } from "../web/texts.ts";
import { da } from "./texts-da.ts";
import { en } from "./texts-en.ts";

/** What the pages say, in one language. The compiler refuses a language that lacks a text. */
export interface Texts {
  readonly title: string;
  readonly lead: string;
  readonly own: string;
  readonly ownAbout: string;
  readonly groupAbout: string;
  readonly noGroups: string;
  readonly waiting: string;
  readonly used: (used: string, quota: string) => string;
  readonly menu: { readonly files: string; readonly links: string };
  readonly folder: {
    readonly caption: string;
    readonly name: string;
    readonly size: string;
    readonly changed: string;
    readonly more: string;
    readonly moreOf: (name: string) => string;
    readonly isFolder: string;
    readonly empty: string;
    readonly upload: string;
    readonly uploadHint: string;
    readonly files: string;
    readonly send: string;
    readonly makeFolder: string;
    readonly folderName: string;
    readonly make: string;
    readonly zip: string;
    readonly share: string;
    readonly trash: string;
  };
  readonly search: {
    readonly label: string;
    readonly go: string;
    readonly title: (text: string) => string;
    readonly hits: string;
    readonly none: string;
    readonly where: string;
    readonly more: (n: number) => string;
  };
  readonly item: {
    readonly download: string;
    readonly open: string;
    readonly rename: string;
    readonly newName: string;
    readonly renameGo: string;
    readonly move: string;
    readonly moveTo: string;
    readonly moveGo: string;
    readonly share: string;
    readonly remove: string;
    readonly removeText: (days: number) => string;
    readonly versions: string;
    readonly noVersions: string;
    readonly versionBy: string;
    readonly back: string;
    readonly backOf: (when: string) => string;
    readonly facts: string;
    readonly factsFolder: string;
  };
  readonly trash: {
    readonly title: string;
    readonly lead: (days: number) => string;
    readonly caption: string;
    readonly name: string;
    readonly was: string;
    readonly when: string;
    readonly what: { readonly deleted: string; readonly replaced: string };
    readonly by: string;
    readonly restore: string;
    readonly drop: string;
    readonly empty: string;
  };
  readonly links: {
    readonly title: string;
    readonly lead: string;
    readonly newTitle: (name: string) => string;
    readonly kind: string;
    readonly fetch: string;
    readonly fetchHint: string;
    readonly handIn: string;
    readonly handInHint: string;
    readonly days: string;
    readonly daysHint: (max: number) => string;
    readonly password: string;
    readonly passwordHint: string;
    readonly passwordRequired: string;
    readonly limit: string;
    readonly limitHint: string;
    readonly make: string;
    readonly made: string;
    readonly caption: string;
    readonly what: string;
    readonly link: string;
    readonly until: string;
    readonly uses: string;
    readonly of: (used: number, limit: number | undefined) => string;
    readonly locked: string;
    readonly revoke: string;
    readonly revokeOf: (name: string) => string;
    readonly none: string;
    readonly expired: string;
  };
  readonly open: {
    readonly gone: { readonly title: string; readonly text: string };
    readonly from: (name: string) => string;
    readonly until: (when: string) => string;
    readonly download: string;
    readonly zip: string;
    readonly password: string;
    readonly passwordLead: string;
    readonly go: string;
    readonly wrong: string;
    readonly tooMany: string;
    readonly handInTitle: string;
    readonly handInLead: (name: string) => string;
    readonly yourName: string;
    readonly yourNameHint: string;
    readonly files: string;
    readonly filesHint: (size: string) => string;
    readonly send: string;
    readonly thanks: (n: number) => string;
    readonly nothing: string;
  };
  readonly done: {
    readonly sent: (n: number) => string;
    readonly made: string;
    readonly renamed: string;
    readonly moved: string;
    readonly removed: string;
    readonly restored: string;
    readonly dropped: string;
    readonly revoked: string;
  };
  readonly problems: {
    readonly full: string;
    readonly exists: string;
    readonly missing: string;
    readonly name: string;
    readonly "into-itself": string;
    readonly "not-folder": string;
    readonly "too-large": string;
    readonly "too-many": string;
  };
  readonly script: {
    readonly waiting: string;
    readonly done: string;
    readonly failed: string;
    readonly full: string;
    readonly retry: string;
  };
}

/** The texts by language. */
export const texts: Readonly<Record<Language, Texts>> = { da, en };
