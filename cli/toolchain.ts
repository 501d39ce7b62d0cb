import { usedImages } from "../components/index.ts";
import { recipes } from "../images/recipe.ts";
import type { Step, Tell } from "./steps.ts";

/** Pulumi's CLI, language host and plug-ins: found, or built once. */
export const toolchainStep: Step = {
  title: "Pulumi",
  run: async (tell) => {
    const { installToolchain } = await import("../toolchain/index.ts");
    const { pulumi, ours } = await installToolchain(tell);
    return `${pulumi}${ours.length === 0 ? "" : `; planb's own: ${ours.join(", ")}`}`;
  },
};

/**
 * Builds the images that this engine lacks, telling each.
 *
 * @param names Default: all
 * @returns words for the finished step
 */
export async function buildImagesTelling(tell: Tell, names?: readonly string[]): Promise<string> {
  const { buildImages } = await import("../images/build.ts");
  let built = 0;
  let present = 0;
  await buildImages(({ image, state, seconds, logFile }) => {
    if (state === "present") present++;
    else if (state === "started") tell(`${image}, its log: ${logFile}`);
    else if (state === "waiting") tell(`${image}: another run builds it`);
    else tell(`${image} ${state} (${Math.round(seconds)} s)`);
    if (state === "built") built++;
  }, names);
  return built === 0 ? `${present} present` : `${built} built, ${present} present`;
}

/**
 * Images: those this engine lacks are built, two at a time.
 *
 * @param config a checked stack file whose images alone are wanted. Default: all images
 */
export const imagesStep = (config?: object): Step => ({
  title: "images",
  run: (tell) => buildImagesTelling(tell, config && usedImages(config, [...recipes().keys()])),
});
