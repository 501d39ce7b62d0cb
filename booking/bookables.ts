import { createHmac } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { AskCopied } from "./copied.ts";
import type { Bookable } from "./settings.ts";

/** The rooms and equipment there are right now: declared in the stack file, and copied from the existing directory. */
export interface Bookables {
  all(): readonly Bookable[];
  /** What a door screen's address ends with. */
  byToken(token: string): Bookable | undefined;
  /** Unguessable last part of a door screen's address; undefined: it has no screen. */
  tokenOf(bookable: Bookable): string | undefined;
  /** Looks once more what the directory has. Never throws: what was known stays. */
  refresh(): Promise<void>;
}

/** What {@link makeBookables} is made from. */
export interface BookablesOptions {
  readonly declared: readonly Bookable[];
  /** Those copied ones that were known when this program ended. */
  readonly known: readonly Bookable[];
  readonly askCopied: AskCopied;
  /** Tells SOGo of them. */
  readonly declare: (bookables: readonly Bookable[]) => Promise<void>;
  readonly doors: Doors;
  readonly log: (line: string) => void;
}

/** Ends of the door screens' addresses. */
export interface Doors {
  /** Of declared rooms, by id. */
  readonly tokens: Readonly<Record<string, string>>;
  /** From which those of copied rooms are made. */
  readonly key: string;
}

/** Keeps the list. A copied room that vanishes can no longer be booked; its calendar stays, and is there when it returns. */
export function makeBookables(options: BookablesOptions): Bookables {
  const { declared, askCopied, declare, doors, log } = options;
  let copied = options.known;
  let problem: string | undefined;
  const tokenOf = ({ id }: Bookable): string | undefined =>
    copied.some((one) => one.id === id)
      ? createHmac("sha256", doors.key).update(id).digest("base64url").slice(0, 24)
      : doors.tokens[id];
  const all = () => [...declared, ...copied];
  return {
    all,
    tokenOf,
    byToken: (token) => all().find((one) => tokenOf(one) === token),
    async refresh() {
      try {
        const found = await askCopied();
        problem = undefined;
        if (isDeepStrictEqual(found, copied)) return;
        await declare([...declared, ...found]);
        copied = found;
        log(`rooms and equipment of the existing directory: ${found.length}`);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (message !== problem) log(`rooms and equipment of the existing directory are not known anew: ${message}`);
        problem = message;
      }
    },
  };
}
