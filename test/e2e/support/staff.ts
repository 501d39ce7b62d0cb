import { adAdmin, demoPassword, existingAdContainer } from "../../fixtures/existing-ad/index.ts";
import { Clerk } from "./clerk.ts";
import { type RunningStack, steward } from "./demo.ts";

/** People a story adds to the existing AD and takes away again, so that each story leaves it as it found it. */
export class Staff {
  readonly #stack: RunningStack;
  readonly #added: string[] = [];
  readonly #clerks: Clerk[] = [];

  constructor(stack: RunningStack) {
    this.#stack = stack;
  }

  /** The existing AD's container. */
  get container(): string {
    return existingAdContainer(this.#stack.name);
  }

  /** Does what AD's administrator does; the shadow directory learns of it at its next pass. */
  admin = (...args: Parameters<typeof adAdmin> extends [string, ...infer Rest] ? Rest : never): Promise<string> =>
    adAdmin(this.container, ...args);

  /** Adds a person to AD. */
  async hire(login: string, given: string, surname: string, unit = "It"): Promise<Clerk> {
    await this.admin("add", login, given, surname, unit);
    this.#added.push(login);
    return this.known(login);
  }

  /** Somebody who is in AD already. */
  known(login: string, password: string = demoPassword): Clerk {
    const clerk = new Clerk(this.#stack, login, password);
    this.#clerks.push(clerk);
    return clerk;
  }

  /** Notes that a login has changed, or that somebody is gone. */
  renamed(from: string, to?: string): void {
    const index = this.#added.indexOf(from);
    if (index >= 0) this.#added.splice(index, 1, ...(to === undefined ? [] : [to]));
  }

  /** Deletes in AD whom the story hired, and lets the shadow directory follow: the guard is told that all is meant. */
  async dismissAll(): Promise<void> {
    await Promise.all(this.#clerks.map((clerk) => clerk.leave()));
    for (const login of this.#added.splice(0)) await this.admin("delete", login);
    await steward(this.#stack, "sync").catch(() => undefined);
    await steward(this.#stack, "approve-removal");
  }
}
