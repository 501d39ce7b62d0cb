import Docker from "dockerode";
import { imageContents, imageRef } from "../images/contents.ts";
import { imageRefs, recipes } from "../images/recipe.ts";
import { refreshImages } from "../images/refresh.ts";
import { imageSbom } from "../images/sbom.ts";
import { UserError } from "../model/errors.ts";
import type { Exit } from "./commands.ts";
import { bad, print, printJson, table } from "./output.ts";
import { runSteps } from "./steps.ts";
import { buildImagesTelling } from "./toolchain.ts";

/** `planb images build`: those this engine lacks. */
export async function build(names: readonly string[]): Promise<Exit> {
  const wanted = names.length === 0 ? undefined : names;
  await runSteps([{ title: "images", run: (tell) => buildImagesTelling(tell, wanted) }]);
  return 0;
}

/** `planb images list`: each with its reference, size and number of packages. */
export async function list(options: { json?: boolean }): Promise<Exit> {
  const docker = new Docker();
  const all = recipes();
  const images = await Promise.all(
    Object.entries(imageRefs()).map(async ([name, ref]) => {
      const found = await docker
        .getImage(ref)
        .inspect()
        .catch((error: { statusCode?: number }) => {
          if (error.statusCode === 404) return undefined;
          throw error;
        });
      const title = all.get(name)?.title ?? "";
      if (found === undefined) return { name, ref, title, built: false as const };
      const packages = (await imageContents(ref)).length;
      return { name, ref, title, built: true as const, id: found.Id, made: found.Created, bytes: found.Size, packages };
    }),
  );
  if (options.json) printJson(images);
  else {
    const rows = images.map((image) =>
      image.built
        ? [
            image.name,
            image.ref,
            `${Math.round(image.bytes / 1e6)} MB`,
            image.packages,
            image.made.slice(0, 10),
            image.title,
          ]
        : [image.name, image.ref, bad("not built"), "", "", image.title],
    );
    print(table(["image", "reference", "size", "packages", "built", ""], rows));
  }
  return 0;
}

/** `planb images refresh`: everything built anew from what Debian offers now; shows what changed. */
export async function refresh(): Promise<Exit> {
  let changes: Awaited<ReturnType<typeof refreshImages>> = [];
  await runSteps([
    {
      title: "images",
      run: async (tell) => {
        changes = await refreshImages(({ image, state, seconds }) => {
          if (state !== "present") tell(`${image} ${state}${state === "built" ? ` (${Math.round(seconds)} s)` : ""}`);
        });
        return undefined;
      },
    },
  ]);
  if (changes.length === 0) {
    print("nothing new: all images hold the versions that Debian offers");
    return 0;
  }
  const byChange = new Map<string, { name: string; before: string; after: string; images: string[] }>();
  for (const { image, name, before = "-", after = "-" } of changes) {
    const key = `${name} ${before} ${after}`;
    const row = byChange.get(key) ?? { name, before, after, images: [] };
    row.images.push(image);
    byChange.set(key, row);
  }
  const rows = [...byChange.values()].map((row) => [row.name, row.before, row.after, row.images.join(", ")]);
  print(table(["package", "before", "now", "in"], rows));
  print("\nStacks use the new images from their next up on: ./planb up <stack>");
  return 0;
}

/** `planb images sbom`: the bill of materials of a built image. */
export async function sbom(name: string): Promise<Exit> {
  const ref = imageRef(name);
  const packages = await imageContents(ref).catch((error: { statusCode?: number }) => {
    if (error.statusCode !== 404) throw error;
    throw new UserError(`the image ${ref} is not built on this machine; build it with: ./planb images build ${name}`);
  });
  print(imageSbom({ name, ref }, packages));
  return 0;
}
