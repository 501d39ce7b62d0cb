import { checkStackName } from "../config/index.ts";
import { UserError } from "../model/errors.ts";
import { readLog } from "../platform/docker/operate.ts";
import type { Exit } from "./commands.ts";

/** `planb logs`: the last lines of a workload, as it wrote them. */
export async function logs(
  stack: string,
  workload: string,
  options: { lines: string; follow?: boolean },
): Promise<Exit> {
  const lines = Number(options.lines);
  if (!Number.isInteger(lines) || lines < 0) {
    throw new UserError(`--lines: expected a whole number, got "${options.lines}"`);
  }
  const { stdout, stderr } = process;
  await readLog(checkStackName(stack), workload, { lines, follow: options.follow === true }, { stdout, stderr });
  return 0;
}
