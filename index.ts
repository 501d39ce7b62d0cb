import * as pulumi from "@pulumi/pulumi";
import { deploy, markOf, sections, usedImages } from "./components/index.ts";
import { loadStack } from "./config/index.ts";
import { loadImages } from "./images/record.ts";
import { UserError } from "./model/index.ts";
import { choosePlatform, refuseOtherMaster } from "./platform/index.ts";

/** The Pulumi program: load the stack file, choose the platform, deploy, export what the commands and drills read. */
export default async function planb() {
  try {
    const { config, identity } = await loadStack(pulumi.getStack(), sections);
    const settings = new pulumi.Config("planb");
    const masterMark = await markOf(settings);
    await refuseOtherMaster(config.platform, identity.name, masterMark);
    const images = loadImages((recipes) => usedImages(config, recipes));
    const { kubernetes } = config;
    const platform = await choosePlatform(config.platform, { identity, images, masterMark, kubernetes });
    return deploy({ config, identity, platform, settings });
  } catch (error) {
    // What the user can mend is printed alone; everything else is a bug, with its stack.
    throw withoutPulumiFrames(error instanceof UserError ? new pulumi.RunError(error.message) : error);
  }
}

/**
 * Pulumi prints errors in colours, and Node 20 then turns for minutes on a line such as
 * "at (node_modules/@pulumi/resource.ts:1)": it looks for a folder below a package's scope, which Pulumi's source maps leave out.
 */
function withoutPulumiFrames(error: unknown): unknown {
  if (error instanceof Error && error.stack !== undefined) {
    const lines = error.stack.split("\n");
    error.stack = lines.filter((line) => !line.includes("node_modules/@pulumi/")).join("\n");
  }
  return error;
}
