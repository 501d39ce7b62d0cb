import { get } from "node:http";
import { UserError } from "../../model/errors.ts";

/** Label of a data volume with the mark of the master that its data was made with. */
export const masterLabel = "io.planb.master";

interface Volume {
  readonly Name: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** A stack's volumes on the engine. A local socket is asked without the client's library, which takes longer to load than the answer. */
async function volumesOf(stack: string): Promise<readonly Volume[]> {
  const filters = { label: [`io.planb.stack=${stack}`, masterLabel] };
  const socketPath = (process.env["DOCKER_HOST"] || "unix:///var/run/docker.sock").replace(/^unix:\/\//, "");
  if (!socketPath.startsWith("/")) {
    const { default: Docker } = await import("dockerode");
    return (await new Docker().listVolumes({ filters })).Volumes;
  }
  const path = `/volumes?filters=${encodeURIComponent(JSON.stringify(filters))}`;
  const text = await new Promise<string>((resolve, reject) => {
    get({ socketPath, path }, async (response) => {
      try {
        let body = "";
        for await (const chunk of response.setEncoding("utf8")) body += chunk;
        if (response.statusCode === 200) resolve(body);
        else reject(new UserError(`the Docker engine refuses to list volumes: ${body.trim()}`));
      } catch (error) {
        reject(error);
      }
    }).on("error", (error) => reject(new UserError(`the Docker engine does not answer (${error.message})`)));
  });
  return (JSON.parse(text) as { Volumes: readonly Volume[] | null }).Volumes ?? [];
}

/**
 * Refuses to run a stack over data that was made with another master: databases and accounts in it know other passwords,
 * and nobody could log in. Volumes without a mark are taken as they are.
 *
 * @param mark the mark of the stack's master, see `masterMark`
 * @throws UserError naming the volumes, the cause and what to do; nothing has been changed by then
 */
export async function refuseOtherMaster(stack: string, mark: string): Promise<void> {
  const others = (await volumesOf(stack)).filter(({ Labels }) => Labels?.[masterLabel] !== mark).map((v) => v.Name);
  if (others.length === 0) return;
  throw new UserError(
    `planb:master: the stack ${stack} has data on this engine that was made with another master secret, in the volumes\n` +
      `${others.sort().join(", ")}\n` +
      "Over that data nobody could log in; nothing was changed. Probably the stack was brought up before from another checkout,\n" +
      "account or machine, or its keys were made anew. Bring back the master of that time (the sheet from the safe, or for a\n" +
      "demo the file that `planb init` kept) with\n" +
      `  pulumi config set --secret planb:master --stack ${stack}\n` +
      `in a shell of eval "$(./planb env ${stack})"; or, if the data is not wanted, delete it with\n` +
      `  ./planb destroy ${stack}`,
  );
}
