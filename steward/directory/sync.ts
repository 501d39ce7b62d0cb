import type { DirectoryStatus } from "../../model/status.ts";
import type { Bookables } from "./bookables-here.ts";
import type { Coverage } from "./coverage.ts";
import type { LoginReport } from "./issue-codes.ts";
import type { PassReport } from "./pass.ts";
import type { UnseverReport } from "./unsever.ts";

/** Told whenever logins are taken away or given back; a hook that fails is called again after the next pass. */
export interface DirectoryHooks {
  /** Lock these people in the login service and end their sessions. */
  onLocked(guids: readonly string[]): Promise<void>;
  /** Let them in again. */
  onUnlocked(guids: readonly string[]): Promise<void>;
  /** People were added or changed: the login service may want to read them. */
  onChanged(): void;
}

/** Sheets of activation codes. */
export interface CodeSheets {
  readonly count: number;
  readonly known: number;
  readonly locked: number;
  readonly text: string;
  readonly html: string;
}

/** The directory sync: one pass at a time, commands in between. */
export interface DirectorySync {
  /** Runs one pass. Never throws for what an operator must mend: that is logged and shown in the status. */
  pass(): Promise<PassReport | undefined>;
  /** Seconds until the next pass is due. */
  pauseSeconds(): number;
  status(): DirectoryStatus;
  /** Rooms and equipment of the existing directory; undefined: not read yet. Another object when anything of them changed. */
  bookables(): Bookables | undefined;
  /** Makes the next pass compare the ids of all entries, so that it finds what was deleted. */
  compareNext(): void;
  coverage(): Promise<Coverage & { readonly withCode: number }>;
  codes(of: string): Promise<CodeSheets>;
  /**
   * Agrees to what the guard holds back and to what was taken away within the last 24 hours, so that its count begins anew.
   *
   * @returns how many people and groups were held back; 0: nothing was
   */
  approveRemoval(): Promise<number>;
  sever(): Promise<void>;
  unsever(): Promise<UnseverReport>;
  loginState(uid: string): Promise<LoginReport | undefined>;
}
