import type { Problem } from "./provider.ts";
import type { Properties } from "./values.ts";

/** A resource as it lies in Pulumi's state. */
export interface State {
  readonly id: string;
  readonly outputs: Properties;
  /** The inputs as found, where they were read. */
  readonly inputs?: Properties;
}

/** A resource before an update or a delete. */
export interface OldState {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** One property that differs. */
export interface Difference {
  readonly property: string;
  readonly kind: "add" | "update" | "delete";
  /** Whether only a new resource can have it. */
  readonly replace: boolean;
}

/** What `prepare` may use to name a resource that was given no name. */
export interface Naming {
  readonly name: string;
  readonly olds: Properties;
  readonly seed: Buffer;
}

/** One kind of resource of a provider plug-in. Properties hold wrapped secrets and, in previews, unknowns. */
export interface Resource {
  /** Inputs with what is made up for them, i.e. a name. */
  prepare(news: Properties, naming: Naming): Properties;
  /** Everything wrong with the inputs; unknown values are not judged. */
  check(news: Properties): readonly Problem[];
  diff(olds: Properties, news: Properties): readonly Difference[];
  /** Whether the old one must go first, because both would bear one name. */
  deleteBeforeReplace(olds: Properties, news: Properties): boolean;
  /** Outputs as far as they are known before a create or, with the old outputs, an update. */
  preview(inputs: Properties, olds?: Properties): Properties;
  /** @throws ResourceError when nothing was made, HalfDone when something was */
  create(inputs: Properties, signal: AbortSignal): Promise<State>;
  /**
   * What is there now.
   *
   * @param olds the inputs of the last update; undefined on import
   * @returns undefined when it is gone
   */
  read(id: string, olds: Properties | undefined, outputs: Properties): Promise<State | undefined>;
  /** @returns the new outputs. @throws ResourceError when nothing was changed, HalfDone when something was */
  update(olds: OldState, news: Properties, signal: AbortSignal): Promise<Properties>;
  /** Deletes it; one that is gone already is no error. */
  delete(olds: OldState, signal: AbortSignal): Promise<void>;
}

/** Something the user or the engine's state can mend; nothing was made or changed. */
export class ResourceError extends Error {
  override readonly name = "ResourceError";
}

/** The provider's settings are wrong. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Something exists now though the operation failed: it goes into the state, and the next update carries on with it. */
export class HalfDone extends Error {
  override readonly name = "HalfDone";
  readonly state: State;

  constructor(message: string, state: State) {
    super(message);
    this.state = state;
  }
}
