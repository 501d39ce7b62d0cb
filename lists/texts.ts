import type { Language } from "../web/texts.ts";
import { da } from "./texts-da.ts";
import { en } from "./texts-en.ts";

/** The words of the lists' pages. */
export interface ListsTexts {
  readonly title: string;
  readonly lead: string;
  readonly mine: string;
  readonly noneMine: string;
  readonly others: string;
  readonly noneOthers: string;
  readonly member: string;
  readonly byGroup: string;
  readonly notMember: string;
  readonly join: string;
  readonly joinNamed: (list: string) => string;
  readonly leave: string;
  readonly leaveNamed: (list: string) => string;
  readonly mustStay: string;
  readonly closed: string;
  readonly joined: (list: string) => string;
  readonly left: (list: string) => string;
  readonly noMail: string;
  readonly kind: Readonly<Record<"closed" | "open" | "announcement", string>>;
  readonly address: string;
  readonly whoWrites: string;
  readonly owners: string;
  readonly moderators: string;
  readonly delivery: string;
  readonly deliverEach: string;
  readonly deliverDigest: string;
  readonly save: string;
  readonly saved: string;
  readonly archive: {
    readonly title: string;
    readonly none: string;
    readonly search: string;
    readonly searchHint: string;
    readonly find: string;
    readonly all: string;
    readonly nothing: string;
    readonly empty: string;
    readonly subject: string;
    readonly from: string;
    readonly sent: string;
    readonly newer: string;
    readonly older: string;
    readonly noSubject: string;
    readonly files: string;
    readonly filesWarning: string;
    readonly broken: string;
    readonly remove: string;
    readonly removed: string;
    readonly count: (files: number) => string;
  };
  readonly moderation: {
    readonly title: string;
    readonly waiting: (n: number) => string;
    readonly empty: string;
    readonly why: string;
    readonly accept: string;
    readonly reject: string;
    readonly discard: string;
    readonly discardHint: string;
    readonly reason: string;
    readonly reasonHint: string;
    readonly look: string;
    readonly done: Readonly<Record<"accept" | "reject" | "discard" | "gone", string>>;
    readonly requests: string;
    readonly noRequests: string;
    readonly wantsIn: string;
    readonly wantsOut: string;
    readonly allow: string;
    readonly refuse: string;
    readonly reasons: (english: string) => string;
  };
  readonly members: {
    readonly title: string;
    readonly lead: string;
    readonly name: string;
    readonly address: string;
    readonly by: string;
    readonly group: string;
    readonly hand: string;
    readonly add: string;
    readonly addHint: string;
    readonly takeOff: string;
    readonly takeOffNamed: (who: string) => string;
    readonly added: string;
    readonly gone: string;
    readonly wrong: string;
    readonly empty: string;
  };
  readonly oneClick: {
    readonly title: string;
    readonly ask: (address: string, list: string) => string;
    readonly button: string;
    readonly done: (address: string, list: string) => string;
    readonly byGroup: (list: string) => string;
  };
  readonly away: string;
}

/** The pages' words by language. */
export const texts: Readonly<Record<Language, ListsTexts>> = { da, en };
