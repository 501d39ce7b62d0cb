/** Questions to the disk at once: as many as Node has threads for it, and far below the files a process may hold open. */
const mostAtOnce = 16;

/** `Promise.all` over a function, with few of them running at once. Fails with the first that fails. */
export async function mapLimited<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const rest = items.entries();
  const worker = async () => {
    for (const [i, item] of rest) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, items.length) }, worker));
  return results;
}
