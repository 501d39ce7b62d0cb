import Docker from "dockerode";
import { pack } from "tar-stream";
import { buildImages, imageRefs } from "../../../images/index.ts";

/** Image of the WebDAV clients, made for the tests only. */
export const clientsImage = "planb-test-files-clients:2";

/** Builds it from the stack's own base if it is not there: rclone, curl, and litmus, the WebDAV compliance suite. */
export async function buildClients(): Promise<void> {
  const docker = new Docker();
  await buildImages(() => {}, ["base"]);
  if ((await docker.listImages({ filters: { reference: [clientsImage] } })).length > 0) return;
  const context = pack();
  const dockerfile = `FROM ${imageRefs()["base"]}
RUN apt-get update -q && apt-get install -y -q --no-install-recommends rclone litmus nodejs && rm -rf /var/lib/apt/lists/*
`;
  context.entry({ name: "Dockerfile" }, dockerfile);
  context.finalize();
  const stream = await docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: clientsImage });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error, output: { error?: string }[]) => {
      const failed = output?.find((line) => line.error)?.error;
      if (error || failed) reject(error ?? new Error(failed));
      else resolve();
    });
  });
}
