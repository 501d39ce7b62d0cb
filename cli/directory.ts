import { checkStackName } from "../config/index.ts";
import { execIn } from "../platform/docker/operate.ts";
import type { Exit } from "./commands.ts";

/** Name of the steward's workload and of its command. */
const steward = "steward";

/** `planb directory`: a command of the steward, run inside its container. */
export async function directory(stack: string, command: readonly string[]): Promise<Exit> {
  const { code } = await execIn(
    checkStackName(stack),
    steward,
    [steward, ...(command.length > 0 ? command : ["--help"])],
    {
      stdout: (chunk) => process.stdout.write(chunk),
      stderr: (chunk) => process.stderr.write(chunk),
    },
  );
  return code;
}
