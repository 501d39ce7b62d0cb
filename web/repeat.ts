/**
 * Does a job again and again, never twice at once. What goes wrong is told once, until it is something else, and the
 * job is tried again after a minute at the latest.
 */
export function repeat(name: string, seconds: number, log: (line: string) => void, job: () => Promise<unknown>): void {
  let told = "";
  const turn = async (): Promise<void> => {
    let failed = false;
    try {
      await job();
      told = "";
    } catch (error) {
      failed = true;
      const words = error instanceof Error ? error.message : String(error);
      if (words !== told) log(`${name}: ${words}`);
      told = words;
    }
    setTimeout(() => void turn(), (failed ? Math.min(seconds, 60) : seconds) * 1000).unref();
  };
  void turn();
}
