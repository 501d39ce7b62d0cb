/** A job that runs again and again, never twice at once. */
export interface Loop {
  /** Runs it now, or right after the run that is on; resolves when that run is done. */
  now(): Promise<void>;
  /** Ends the loop after the run that is on. */
  stop(): Promise<void>;
}

/**
 * Starts a loop.
 *
 * @param job must not throw: what it cannot do is its own matter
 * @param pauseSeconds asked after each run
 */
export function startLoop(job: () => Promise<void>, pauseSeconds: () => number): Loop {
  let stopped = false;
  let waiting: (() => void)[] = [];
  let wake: () => void = () => undefined;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, pauseSeconds() * 1000);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (waiting.length > 0 || stopped) wake();
    });
  const running = (async () => {
    while (!stopped) {
      const served = waiting;
      waiting = [];
      await job();
      for (const resolve of served) resolve();
      if (!stopped) await pause();
    }
    for (const resolve of waiting) resolve();
  })();
  return {
    now: () =>
      new Promise((resolve) => {
        if (stopped) return resolve();
        waiting.push(resolve);
        wake();
      }),
    stop() {
      stopped = true;
      wake();
      return running;
    },
  };
}
