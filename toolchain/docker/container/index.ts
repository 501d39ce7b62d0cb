import type { Container, ContainerInspectInfo } from "dockerode";
import { fromFields } from "../../plugin/base.ts";
import { compare } from "../../plugin/fields.ts";
import { inputsFrom } from "../../plugin/observed.ts";
import { HalfDone, type Resource, ResourceError } from "../../plugin/resource.ts";
import type { Properties } from "../../plugin/values.ts";
import { doing, type Engine, orGone, pause, reasonOf, statusOf } from "../engine.ts";
import { ofSameStack, toLabels } from "../labels.ts";
import { containerFields } from "./fields.ts";
import { observe, runs } from "./observe.ts";
import { awaitReady } from "./ready.ts";
import { type ContainerInputs, createOptions, limits, plainInputs } from "./spec.ts";
import { upload } from "./upload.ts";

/** Containers: made, filled, started and waited for. */
export function containers(engine: Engine): Resource {
  const inspect = (id: string) => orGone(engine.docker.getContainer(id).inspect());
  // One that was made anew by hand under its name is the same to everybody who uses it.
  const standing = async (id: string, name: string) => (await inspect(id)) ?? (await named(engine, name));
  return {
    ...fromFields(containerFields),
    async create(inputs, signal) {
      const wanted = plainInputs(inputs);
      await doing(`container ${wanted.name}`, () => makeRoom(engine, wanted, signal));
      const container = await doing(`creating container ${wanted.name}`, () => made(engine, wanted));
      try {
        await fillAndStart(engine, container, wanted, signal);
      } catch (error) {
        // It holds nothing yet, so nothing is lost when it goes; else the state must know it.
        const reason = `starting container ${wanted.name}: ${reasonOf(error)}`;
        try {
          await remove(container, 0, signal);
        } catch (left) {
          throw new HalfDone(`${reason}; and it could not be removed: ${reasonOf(left)}`, {
            id: container.id,
            outputs: inputs,
          });
        }
        throw new ResourceError(reason);
      }
      await waited(container, wanted, inputs, signal);
      return { id: container.id, outputs: inputs };
    },
    async read(id, olds) {
      const name = olds === undefined ? id : plainInputs(olds).name;
      const found = await doing(`container ${name}`, () => standing(id, name));
      if (found === undefined) return undefined;
      const image = await doing(`image of container ${name}`, () =>
        orGone(engine.docker.getImage(found.Image).inspect()),
      );
      const inputs = inputsFrom(containerFields, olds, observe(found, olds, image));
      return { id: found.Id, inputs, outputs: inputs };
    },
    async update({ id, inputs: olds }, news, signal) {
      const wanted = plainInputs(news);
      const found = await doing(`container ${wanted.name}`, () => inspect(id));
      if (found === undefined) {
        throw new ResourceError(`container ${wanted.name}: is gone; the next update makes it again`);
      }
      const container = engine.docker.getContainer(id);
      try {
        const changed = compare(containerFields, olds, news).map(({ property }) => property);
        if (["memory", "memorySwap", "cpus", "restart"].some((property) => changed.includes(property))) {
          await container.update(limits(wanted));
        }
        await bringUp(engine, container, found, wanted, signal);
      } catch (error) {
        throw new HalfDone(`updating container ${wanted.name}: ${reasonOf(error)}`, { id, outputs: news });
      }
      await waited(container, wanted, news, signal);
      return news;
    },
    async delete({ id, inputs }, signal) {
      const { name, labels, destroyGraceSeconds } = plainInputs(inputs);
      await doing(`deleting container ${name ?? id}`, async () => {
        const found = await standing(id, name);
        // Who took its place by hand goes with it; what a later update of the stack made under its name stays.
        if (found === undefined || (found.Id !== id && ofSameStack(found.Config.Labels, toLabels(labels)))) return;
        await remove(engine.docker.getContainer(found.Id), destroyGraceSeconds, signal);
      });
    },
  };
}

/** The container of that name. The engine also takes the beginning of an id. */
async function named(engine: Engine, name: string): Promise<ContainerInspectInfo | undefined> {
  const found = await orGone(engine.docker.getContainer(name).inspect());
  return found?.Name === `/${name}` ? found : undefined;
}

/** Removes what an earlier run of the same stack left under the name: made, but never recorded since Pulumi was killed. */
async function makeRoom(engine: Engine, { name, labels }: ContainerInputs, signal: AbortSignal): Promise<void> {
  const found = await named(engine, name);
  if (found === undefined) return;
  if (!ofSameStack(found.Config.Labels, toLabels(labels))) {
    throw new ResourceError(`is there already and does not belong to this stack; remove it with: docker rm -f ${name}`);
  }
  await remove(engine.docker.getContainer(found.Id), undefined, signal);
}

async function made(engine: Engine, wanted: ContainerInputs): Promise<Container> {
  try {
    return await engine.docker.createContainer(createOptions(wanted));
  } catch (error) {
    if (statusOf(error) === 404 && /no such image/i.test(reasonOf(error))) {
      throw new ResourceError(
        `creating container ${wanted.name}: the engine has no image ${wanted.image}, and none is pulled; build it first`,
      );
    }
    throw error;
  }
}

async function fillAndStart(
  engine: Engine,
  container: Container,
  wanted: ContainerInputs,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const joined = Object.keys((await container.inspect()).NetworkSettings.Networks ?? {});
  for (const { name, aliases } of wanted.networksAdvanced ?? []) {
    if (joined.includes(name)) continue;
    const endpoint = { Aliases: [...(aliases ?? [])] };
    await engine.docker.getNetwork(name).connect({ Container: container.id, EndpointConfig: endpoint });
  }
  await upload(container, wanted);
  signal.throwIfAborted();
  await container.start();
}

/** Has a container running again that was found stopped, paused, unhealthy or never started. */
async function bringUp(
  engine: Engine,
  container: Container,
  found: ContainerInspectInfo,
  wanted: ContainerInputs,
  signal: AbortSignal,
): Promise<void> {
  if (wanted.mustRun === false) return;
  if (found.State.Status === "created") await fillAndStart(engine, container, wanted, signal);
  else if (found.State.Paused) await container.unpause();
  else if (!runs(found)) await container.start();
  else if (found.State.Health?.Status === "unhealthy") await container.restart();
}

async function waited(
  container: Container,
  wanted: ContainerInputs,
  inputs: Properties,
  signal: AbortSignal,
): Promise<void> {
  if (wanted.wait !== true || wanted.mustRun === false) return;
  try {
    await awaitReady(container, wanted.waitTimeout ?? 60, signal);
  } catch (error) {
    throw new HalfDone(`container ${wanted.name}: ${reasonOf(error)}`, { id: container.id, outputs: inputs });
  }
}

/** Ends and removes a container with its unnamed volumes. Named volumes stay. */
async function remove(container: Container, graceSeconds: number | undefined, signal: AbortSignal): Promise<void> {
  try {
    if (graceSeconds !== 0) await container.stop(graceSeconds === undefined ? {} : { t: graceSeconds });
  } catch (error) {
    if (statusOf(error) !== 304 && statusOf(error) !== 404) throw error;
  }
  try {
    await orGone(container.remove({ force: true, v: true }));
  } catch (error) {
    if (statusOf(error) !== 409) throw error; // its removal is under way
    while ((await orGone(container.inspect())) !== undefined) await pause(250, signal);
  }
}
