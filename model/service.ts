import type { Probe } from "./probe.ts";

/** What every component of `components/` offers the rest of the stack. */
export interface Service {
  /** Folder name in `components/`, e.g. "sso". */
  readonly service: string;
  /** Public address, if it has one. */
  readonly url?: string;
  readonly probes: readonly Probe[];
  /**
   * What the steward tries from inside the stack, besides the pages among {@link probes}, so that the start page tells
   * the service's true state. Default: nothing.
   */
  readonly inside?: readonly Probe[];
}
