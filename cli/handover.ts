import { checkStackName } from "../config/index.ts";
import { execIn } from "../platform/docker/operate.ts";
import type { Exit } from "./commands.ts";

/** What can be handed over: the workload that keeps it, and the command there. */
const kinds = {
  mailbox: { workload: "mailbox", script: "mailbox-handover" },
  calendar: { workload: "groupware", script: "calendar-handover" },
} as const;

/** `planb mailbox handover` and `planb calendar handover`: copies what one person has to another, inside the container that keeps it. */
export async function handover(
  kind: keyof typeof kinds,
  stack: string,
  of: string | undefined,
  to: string | undefined,
): Promise<Exit> {
  const { workload, script } = kinds[kind];
  const command = [script, ...[of, to].filter((name) => name !== undefined)];
  const { code } = await execIn(checkStackName(stack), workload, command, {
    stdout: (chunk) => process.stdout.write(chunk),
    stderr: (chunk) => process.stderr.write(chunk),
  });
  return code;
}
