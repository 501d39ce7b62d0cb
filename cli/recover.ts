import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { checkStackName, shownPath, stacksFolder } from "../config/index.ts";
import { UserError } from "../model/errors.ts";
import { masterMark, masterMinLength } from "../model/index.ts";
import { refuseOtherMaster } from "../platform/docker/operate.ts";
import { askSecret, confirm } from "./ask.ts";
import { remark } from "./output.ts";
import { type OpenStack, openStack } from "./stack.ts";

/** Text of the master, as somebody typed it off the sheet or a file holds it. */
function masterFrom(text: string): string {
  const master = text.trim();
  if (/^[\w-]+$/.test(master) && master.length >= masterMinLength) return master;
  throw new UserError(
    `the master: expected at least ${masterMinLength} letters, digits, "-" and "_", as the sheet has them, got ${master.length} characters`,
  );
}

/**
 * Makes a stack's secrets anew from the master on paper: the passphrase is lost, or this is a new host. What the old
 * passphrase locks (`Pulumi.<stack>.yaml`, Pulumi's state) is put aside; what runs and its data is not touched.
 *
 * @param options.masterFile a file with the master. Default: asked for
 * @returns the stack with its master set under a new passphrase; undefined: somebody said no
 * @throws UserError when the data on this engine was made with another master; nothing is changed then
 */
export async function recover(
  name: string,
  options: { yes?: boolean; masterFile?: string },
): Promise<OpenStack | undefined> {
  const settings = join(stacksFolder(), `Pulumi.${checkStackName(name)}.yaml`);
  const master = masterFrom(
    options.masterFile === undefined
      ? await askSecret(`Master of the stack ${name}, from the sheet in the safe`, "give it with --master-file")
      : readFileSync(options.masterFile, "utf8"),
  );
  await refuseOtherMaster(name, masterMark(master));
  const aside = `${settings}.${new Date().toISOString().replaceAll(":", "").slice(0, 17)}.lost`;
  remark(
    `A new passphrase will lock the secrets of ${name}; what the old one locks is put aside. Data is not touched.`,
  );
  if (!(await confirm(`Make the secrets of the stack ${name} anew from this master?`, options.yes))) return undefined;
  if (existsSync(settings)) {
    renameSync(settings, aside);
    remark(`put aside: ${shownPath(aside)}`);
  }
  const stack = await openStack(name);
  const { pulumi } = stack;
  // Its backups stay in the backend.
  if (await pulumi.exists()) await pulumi.read("stack", "rm", "--yes", "--force", "--preserve-config");
  await pulumi.create();
  await pulumi.write(master, "config", "set", "--secret", "planb:master");
  return stack;
}
