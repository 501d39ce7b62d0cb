import type { VolumeInspectInfo } from "dockerode";
import { fromFields } from "../plugin/base.ts";
import type { Fields } from "../plugin/fields.ts";
import { inputsFrom } from "../plugin/observed.ts";
import { type Resource, ResourceError } from "../plugin/resource.ts";
import { type Properties, unwrap } from "../plugin/values.ts";
import { doing, type Engine, orGone, pause, statusOf } from "./engine.ts";
import { labelsField, stackLabel, toLabels } from "./labels.ts";

/** Properties of `docker:index/volume:Volume`. */
export const volumeFields: Fields = {
  name: { shape: { kind: "string" }, says: "Name on the engine." },
  driver: { shape: { kind: "string" }, fallback: "local", says: "Volume driver, `local` by default." },
  driverOpts: { shape: { kind: "map" }, says: "Options of the driver." },
  labels: labelsField,
};

/** What it has besides its inputs. */
export const volumeOutputs = ["mountpoint"] as const;

/** How long a volume may be held by a container that is just being removed. */
const releaseSeconds = 20;

/**
 * Volumes. Docker cannot change a volume, so a difference replaces it. One of the same name is taken over with its data,
 * as Docker itself does, unless another stack's label is on it.
 */
export function volumes(engine: Engine): Resource {
  const inspect = (name: string) => orGone(engine.docker.getVolume(name).inspect());
  return {
    ...fromFields(volumeFields, volumeOutputs),
    async create(inputs) {
      const { name, driver, driverOpts, labels } = plain(inputs);
      const found = await doing(`volume ${name}`, () => inspect(name));
      const owner = found?.Labels?.[stackLabel];
      if (owner !== undefined && owner !== labels[stackLabel]) {
        throw new ResourceError(`volume ${name}: is there already and belongs to the stack ${owner}`);
      }
      const made =
        found ??
        (await doing(`creating volume ${name}`, async () => {
          await engine.docker.createVolume({ Name: name, Driver: driver, DriverOpts: driverOpts, Labels: labels });
          return engine.docker.getVolume(name).inspect();
        }));
      return { id: name, outputs: { ...inputs, mountpoint: made.Mountpoint } };
    },
    async read(id, olds) {
      const found = await doing(`volume ${id}`, () => inspect(id));
      if (found === undefined) return undefined;
      const inputs = inputsFrom(volumeFields, olds, observe(found, olds === undefined));
      return { id: found.Name, inputs, outputs: { ...inputs, mountpoint: found.Mountpoint } };
    },
    update: async (olds, news) => ({ ...olds.outputs, ...news }),
    async delete({ id }, signal) {
      for (let tries = 0; ; tries++) {
        const gone = await doing(`deleting volume ${id}`, async () => {
          try {
            await orGone(engine.docker.getVolume(id).remove());
            return true;
          } catch (error) {
            if (statusOf(error) !== 409 || tries >= releaseSeconds) throw error;
            return false;
          }
        });
        if (gone) return;
        await pause(1000, signal);
      }
    },
  };
}

function plain(inputs: Properties) {
  const { name, driver, driverOpts, labels } = unwrap(inputs) as Properties;
  return {
    name: name as string,
    driver: (driver ?? "local") as string,
    driverOpts: (driverOpts ?? {}) as Record<string, string>,
    labels: toLabels(labels) as Record<string, string>,
  };
}

/** A volume's labels can never be changed, so those of one that was taken over are no drift that anything could mend. */
function observe(found: VolumeInspectInfo, isImport: boolean) {
  const labels = Object.entries(found.Labels ?? {}).map(([label, value]) => ({ label, value }));
  return {
    name: found.Name,
    driver: found.Driver,
    driverOpts: (found.Options ?? {}) as Record<string, string>,
    ...(isImport ? { labels } : {}),
  };
}
