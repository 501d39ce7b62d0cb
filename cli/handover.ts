import { checkStackName } from "../config/index.ts";
import { execIn } from "../platform/docker/operate.ts";
import type { Exit } from "./commands.ts";

/** `planb mailbox handover`: copies one mailbox into a folder of another, inside the mailboxes' container. */
export async function handover(stack: string, of: string | undefined, to: string | undefined): Promise<Exit> {
  const command = ["mailbox-handover", ...[of, to].filter((name) => name !== undefined)];
  const { code } = await execIn(checkStackName(stack), "mailbox", command, {
    stdout: (chunk) => process.stdout.write(chunk),
    stderr: (chunk) => process.stderr.write(chunk),
  });
  return code;
}
