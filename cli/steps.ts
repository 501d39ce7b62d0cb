import { Listr, type ListrTask } from "listr2";
import { seconds } from "./output.ts";

/** Tells how a step gets on, in a few words. */
export type Tell = (words: string) => void;

/** One step of a command. */
export interface Step {
  readonly title: string;
  /** Does the work. Returns words for the line of the finished step, if there are any. */
  run(tell: Tell): Promise<string | undefined>;
}

/** A finished step. */
export interface StepTime {
  readonly title: string;
  readonly seconds: number;
}

/**
 * Runs steps one after another, each on its line with its seconds; lines that stay where there is no terminal.
 * Progress goes to stderr.
 *
 * @throws what a step throws; the later ones are not begun
 */
export async function runSteps(steps: readonly Step[]): Promise<readonly StepTime[]> {
  const times: StepTime[] = [];
  const live = process.stderr.isTTY === true && !process.env["CI"];
  const tasks: ListrTask[] = steps.map((step) => ({
    title: step.title,
    task: async (_, task) => {
      const begin = performance.now();
      let last = "";
      const words = await step.run((text) => {
        if (text === last) return;
        last = text;
        if (live) task.output = text;
        else console.error(`  ${step.title}: ${text}`);
      });
      const took = (performance.now() - begin) / 1000;
      times.push({ title: step.title, seconds: took });
      const line = `${step.title}${words ? `: ${words}` : ""} (${seconds(took)})`;
      if (live) task.title = line;
      else console.error(line);
    },
  }));
  if (live) {
    await new Listr(tasks, { rendererOptions: { collapseErrors: false, showErrorMessage: false } }).run();
  } else {
    await new Listr(tasks, { renderer: "silent" }).run();
  }
  return times;
}
