/** When a repeated job is done again, in seconds. */
export interface Turns {
  readonly every: number;
  /** After one that failed. Default: as ever, a minute at most. */
  readonly failed?: number;
}

/** Does a job again and again, never twice at once. What goes wrong is told once, until it is something else. */
export function repeat(
  name: string,
  { every, failed = Math.min(every, 60) }: Turns,
  log: (line: string) => void,
  job: () => Promise<unknown>,
): void {
  let told = "";
  const turn = async (): Promise<void> => {
    let seconds = every;
    try {
      await job();
      told = "";
    } catch (error) {
      seconds = failed;
      const words = error instanceof Error ? error.message : String(error);
      if (words !== told) log(`${name}: ${words}`);
      told = words;
    }
    setTimeout(() => void turn(), seconds * 1000).unref();
  };
  void turn();
}
