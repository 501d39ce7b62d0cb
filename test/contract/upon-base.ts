import Docker from "dockerode";
import { pack } from "tar-stream";
import { buildImages, imageRefs } from "../../images/index.ts";

/**
 * Builds an image for a test from the stack's own base and packages of Debian's, if it is not there; it is kept for the
 * next run.
 *
 * @param image its name; a new number after the colon for other packages
 * @throws with the engine's words when it cannot be built
 */
export async function buildUponBase(image: string, packages: readonly string[]): Promise<void> {
  const docker = new Docker();
  await buildImages(() => {}, ["base"]);
  if ((await docker.listImages({ filters: { reference: [image] } })).length > 0) return;
  const dockerfile = `FROM ${imageRefs()["base"]}
RUN apt-get update -q && apt-get install -y -q --no-install-recommends ${packages.join(" ")} && rm -rf /var/lib/apt/lists/*
`;
  const context = pack();
  context.entry({ name: "Dockerfile" }, dockerfile);
  context.finalize();
  const stream = await docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: image });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error, output: { error?: string }[]) => {
      const failed = output?.find((line) => line.error)?.error;
      if (error || failed) reject(error ?? new Error(failed));
      else resolve();
    });
  });
}
