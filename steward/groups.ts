/** Things by their names in lower case: names are compared without regard to it, and several may bear one. */
export type ByName<T> = ReadonlyMap<string, readonly T[]>;

/** Why a name stands for no single thing: nobody bears it, or several do and nobody can tell which was meant. */
export type WhyNone = "unknown" | "ambiguous";

/** Puts things in the order of their names. Pure. @param nameOf undefined: a thing without a name is left out */
export function indexByName<T>(all: Iterable<T>, nameOf: (one: T) => string | undefined): ByName<T> {
  const index = new Map<string, T[]>();
  for (const one of all) {
    const name = nameOf(one)?.toLowerCase();
    if (name === undefined) continue;
    const same = index.get(name);
    if (same) same.push(one);
    else index.set(name, [one]);
  }
  return index;
}

/** The one thing of a name, or why there is none. Pure. */
export function oneOf<T>(index: ByName<T>, name: string): { readonly found: T } | { readonly why: WhyNone } {
  const [found, ...more] = index.get(name.toLowerCase()) ?? [];
  if (found === undefined) return { why: "unknown" };
  return more.length > 0 ? { why: "ambiguous" } : { found };
}
