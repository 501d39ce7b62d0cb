const last = new Map<string, Promise<void>>();

/**
 * Does something when nobody else is at work under any of the keys, in the order of asking. Not to be asked for a key
 * again by what is done under it.
 */
export async function inTurn<T>(keys: readonly string[], action: () => Promise<T>): Promise<T> {
  // All take their keys in one order, so that no two wait for each other.
  const [key, ...rest] = [...new Set(keys)].sort();
  if (key === undefined) return action();
  const before = last.get(key);
  let end = (): void => undefined;
  const own = new Promise<void>((resolve) => {
    end = resolve;
  });
  last.set(key, own);
  await before;
  try {
    return await inTurn(rest, action);
  } finally {
    if (last.get(key) === own) last.delete(key);
    end();
  }
}
