import { sections } from "../components/index.ts";
import { loadStack, type StackConfig, type StackIdentity, shownPath, stackFile } from "../config/index.ts";
import { UserError } from "../model/errors.ts";
import { openPulumi, type StackPulumi } from "./pulumi.ts";

/** A stack as the commands see it: its checked file, and Pulumi for it. */
export interface OpenStack {
  readonly name: string;
  readonly config: StackConfig<typeof sections>;
  readonly identity: StackIdentity;
  /** Whether its keys may be made and kept on this machine: its file declares stand-ins, section `demo`. */
  readonly demo: boolean;
  readonly pulumi: StackPulumi;
}

/**
 * Checks a stack's file and opens Pulumi for it.
 *
 * @throws UserError with every problem of the file, for a platform that nothing here can run, or when there is no passphrase
 *   and nobody to ask
 */
export async function openStack(name: string): Promise<OpenStack> {
  const { config, identity } = await loadStack(name, sections);
  if (config.platform !== "docker") {
    throw new UserError(
      `${shownPath(stackFile(name))}: platform: ${config.platform} is rendered and checked (./planb check ${name}), and not run: ` +
        "planb brings no plug-in for it, and looks after containers of Docker alone. Set platform: docker",
    );
  }
  const demo = isDemo(config);
  return { name, config, identity, demo, pulumi: await openPulumi(name, demo) };
}

/** Whether a checked stack file puts a stand-in in the place of something a municipality has: only then keys are kept. */
export function isDemo(config: object): boolean {
  const { demo = {} } = config as { demo?: object };
  return Object.values(demo).some((standIn) => standIn !== undefined);
}
