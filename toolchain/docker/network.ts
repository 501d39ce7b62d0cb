import type { NetworkInspectInfo } from "dockerode";
import { fromFields } from "../plugin/base.ts";
import type { Fields } from "../plugin/fields.ts";
import { inputsFrom } from "../plugin/observed.ts";
import { type Resource, ResourceError } from "../plugin/resource.ts";
import { type Properties, unwrap } from "../plugin/values.ts";
import { doing, type Engine, orGone, pause, reasonOf, statusOf } from "./engine.ts";
import { fromLabels, labelsField, ofSameStack, toLabels } from "./labels.ts";

/** Properties of `docker:index/network:Network`. */
export const networkFields: Fields = {
  name: { shape: { kind: "string" }, says: "Name on the engine." },
  driver: { shape: { kind: "string" }, fallback: "bridge", says: "Network driver, `bridge` by default." },
  internal: { shape: { kind: "boolean" }, fallback: false, says: "Whether there is no way out of it." },
  options: { shape: { kind: "map" }, says: "Options of the driver." },
  labels: labelsField,
};

/** What it has besides its inputs. */
export const networkOutputs = ["scope"] as const;

/** How long a network may be held by a container that is just being removed. */
const releaseSeconds = 20;

/** Networks. Docker cannot change a network, so a difference replaces it. */
export function networks(engine: Engine): Resource {
  const inspect = async (id: string): Promise<NetworkInspectInfo | undefined> =>
    orGone<NetworkInspectInfo>(engine.docker.getNetwork(id).inspect());
  // An engine's networks may share a name; the id tells them apart.
  const named = async (name: string) => {
    const list = await engine.docker.listNetworks({ filters: { name: [name] } });
    return list.find((network) => network.Name === name);
  };
  const standing = async (id: string, name: string) => (await inspect(id)) ?? (await named(name));
  const remove = async (id: string, signal: AbortSignal): Promise<void> => {
    for (let tries = 0; ; tries++) {
      try {
        await orGone(engine.docker.getNetwork(id).remove());
        return;
      } catch (error) {
        const busy = statusOf(error) === 403 || statusOf(error) === 409;
        if (!busy || tries >= releaseSeconds) throw await blamed(error, id);
      }
      await pause(1000, signal);
    }
  };
  const blamed = async (error: unknown, id: string) => {
    const holders = Object.values((await inspect(id))?.Containers ?? {}).map((container) => container.Name);
    if (holders.length === 0) return error;
    return new ResourceError(`network ${id.slice(0, 12)}: still used by ${holders.join(", ")}: ${reasonOf(error)}`);
  };
  return {
    ...fromFields(networkFields, networkOutputs),
    async create(inputs, signal) {
      const wanted = plain(inputs);
      const id = await doing(`creating network ${wanted.Name}`, async () => {
        const found = await named(wanted.Name);
        if (found !== undefined && !ofSameStack(found.Labels, wanted.Labels)) {
          throw new ResourceError(
            `network ${wanted.Name}: is there already and does not belong to this stack; remove it with: docker network rm ${wanted.Name}`,
          );
        }
        if (found !== undefined) await remove(found.Id, signal);
        try {
          return (await engine.docker.createNetwork(wanted)).id;
        } catch (error) {
          throw poolsExhausted(wanted.Name, reasonOf(error)) ?? error;
        }
      });
      return { id, outputs: { ...inputs, scope: "local" } };
    },
    async read(id, olds) {
      const name = olds === undefined ? id : plain(olds).Name;
      const found = await doing(`network ${id}`, () => standing(id, name));
      if (found === undefined) return undefined;
      const inputs = inputsFrom(networkFields, olds, observe(found));
      return { id: found.Id, inputs, outputs: { ...inputs, scope: found.Scope } };
    },
    update: async (olds, news) => ({ ...olds.outputs, ...news }),
    async delete({ id, inputs }, signal) {
      const { Name, Labels } = plain(inputs);
      await doing(`deleting network ${Name}`, async () => {
        const found = await standing(id, Name);
        // Who took its place by hand goes with it; what a later update of the stack made under its name stays.
        if (found === undefined || (found.Id !== id && ofSameStack(found.Labels, Labels))) return;
        await remove(found.Id, signal);
      });
    },
  };
}

/**
 * What to do when an engine has no range of addresses left for one more network: with its own defaults it carries some thirty.
 *
 * @param reason what the engine said
 * @returns undefined when it said something else
 */
export function poolsExhausted(name: string, reason: string): ResourceError | undefined {
  // Docker up to 25, and later ones.
  if (!/non-overlapping IPv4 address pool|address pools have been fully subnetted/i.test(reason)) return undefined;
  return new ResourceError(
    `creating network ${name}: the engine has no address range left for one more network. Give it more and smaller ones in ` +
      `/etc/docker/daemon.json, with { "default-address-pools": [{ "base": "172.17.0.0/16", "size": 24 }] } for 256 networks ` +
      `(another base where that one is in use), restart the engine and repeat; see docs/operate.md. The engine said: ${reason}`,
  );
}

function plain(inputs: Properties) {
  const { name, driver, internal, options, labels } = unwrap(inputs) as Properties;
  return {
    Name: name as string,
    Driver: (driver ?? "bridge") as string,
    Internal: (internal ?? false) as boolean,
    Options: (options ?? {}) as Record<string, string>,
    Labels: toLabels(labels) as Record<string, string>,
  };
}

const observe = (found: NetworkInspectInfo) => ({
  name: found.Name,
  driver: found.Driver,
  internal: found.Internal,
  options: (found.Options ?? {}) as Record<string, string>,
  labels: fromLabels(found.Labels),
});
