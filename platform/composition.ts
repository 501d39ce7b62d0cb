/**
 * What a program has declared, once it is done declaring: components declare their workloads without waiting for
 * anything, so the whole stack is known at the end of the turn. What depends on all of it waits for {@link all}.
 */
export class Composition<Item extends { readonly name: string }> {
  readonly #items = new Map<string, Item>();
  #complete = false;
  /** All items, in the order they were declared. */
  readonly all: Promise<readonly Item[]>;

  constructor() {
    this.all = new Promise((resolve) => {
      setImmediate(() => {
        this.#complete = true;
        resolve([...this.#items.values()]);
      });
    });
  }

  /** @throws when there is one of that name, or the program waited before it declared this one */
  add(item: Item): void {
    if (this.#complete) throw new Error(`workload "${item.name}" is run after the stack was composed`);
    if (this.#items.has(item.name)) throw new Error(`workload "${item.name}" is run twice`);
    this.#items.set(item.name, item);
  }
}
