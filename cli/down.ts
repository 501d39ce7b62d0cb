import { existsSync, rmSync } from "node:fs";
import { UserError } from "../model/errors.ts";
import { dataVolumes, removeThings, stackThings } from "../platform/docker/operate.ts";
import { askText, confirm, interactive } from "./ask.ts";
import type { Exit } from "./commands.ts";
import { forgetKeys } from "./keys.ts";
import { print, remark } from "./output.ts";
import { type OpenStack, openStack } from "./stack.ts";
import { runSteps, type Step } from "./steps.ts";
import { toolchainStep } from "./toolchain.ts";

/** Stops everything: containers, networks and written configuration go, data volumes stay (`retainOnDelete`). */
const stopStep = ({ pulumi, name }: OpenStack): Step => ({
  title: "stopping",
  run: async (tell) => {
    if (await pulumi.exists()) {
      pulumi.unlock();
      await pulumi.follow(tell, "destroy", "--yes", "--skip-preview");
    }
    // What a killed update left, or another checkout started.
    const { containers, networks } = await stackThings(name);
    await removeThings({ containers, networks });
    return containers.length === 0 ? undefined : `also ${containers.join(", ")}`;
  },
});

/** `planb down`: nothing runs any more, the data is kept; `up` brings all of it back. */
export async function down(name: string, options: { yes?: boolean }): Promise<Exit> {
  const stack = await openStack(name);
  if (!(await confirm(`Stop the stack ${name}? Its data is kept.`, options.yes))) return 1;
  await runSteps([toolchainStep, stopStep(stack)]);
  const { length } = await dataVolumes(name);
  print(
    `${name} is down; its data is kept in ${length} ${length === 1 ? "volume" : "volumes"}. Up again with: ./planb up ${name}`,
  );
  return 0;
}

/** `planb destroy`: as `down`, and the data is deleted. A demo's keys are forgotten; a real stack's settings stay. */
export async function destroy(name: string, options: { yes?: boolean; deleteData?: boolean }): Promise<Exit> {
  const stack = await openStack(name);
  const { pulumi, demo } = stack;
  const volumes = await dataVolumes(name);
  if (!(await agreedToDelete(name, volumes, options))) {
    remark("nothing was deleted");
    return 1;
  }
  const deletion: Step = {
    title: "deleting the data",
    run: async () => {
      await removeThings(await stackThings(name));
      return `${volumes.length} volumes`;
    },
  };
  const forgetting: Step = {
    title: "forgetting the stack",
    run: async () => {
      if (await pulumi.exists()) await pulumi.read("stack", "rm", "--yes", "--preserve-config", "--remove-backups");
      if (!demo) return undefined;
      if (existsSync(pulumi.configFile)) rmSync(pulumi.configFile);
      forgetKeys(name);
      return "its demo keys too";
    },
  };
  await runSteps([toolchainStep, stopStep(stack), deletion, forgetting]);
  print(`${name} is gone.${demo ? "" : ` Kept: its stack file and ${pulumi.configFile} with its encrypted secrets.`}`);
  return 0;
}

/** Deleting data needs the stack's name typed, or both flags. */
async function agreedToDelete(
  name: string,
  volumes: readonly string[],
  options: { yes?: boolean; deleteData?: boolean },
): Promise<boolean> {
  if (options.yes && options.deleteData) return true;
  const what = volumes.length === 0 ? "It has no data volumes." : `Its data goes for good: ${volumes.join(", ")}`;
  if (options.yes || !interactive()) {
    throw new UserError(`destroy ${name}: ${what}\nNobody to ask here: repeat with --yes --delete-data to agree.`);
  }
  remark(what);
  const typed = await askText(`Type the stack's name to delete it`, "--yes --delete-data", () => true, "");
  return typed === name;
}
