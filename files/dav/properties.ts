import { ForbiddenError, type Properties, PropertyIsProtectedError, PropertyNotFoundError } from "nephele";
import type { DavResource } from "./resource.ts";

const lockEntries = ["exclusive", "shared"].map((scope) => ({ lockscope: { [scope]: {} }, locktype: { write: {} } }));

const readers: Readonly<Record<string, (resource: DavResource) => Promise<string | object | undefined>>> = {
  creationdate: async (r) => (await r.stats())?.birthtime.toISOString() ?? new Date(0).toISOString(),
  displayname: (r) => r.getCanonicalName(),
  getcontentlength: async (r) => ((await r.isCollection()) ? undefined : String(await r.getLength())),
  getcontenttype: async (r) => (await r.getMediaType()) ?? undefined,
  getetag: async (r) => ((await r.isCollection()) ? undefined : await r.getEtag()),
  getlastmodified: async (r) => ((await r.stats())?.mtime ?? new Date(0)).toUTCString(),
  resourcetype: async (r) => ((await r.isCollection()) ? { collection: {} } : {}),
  supportedlock: async () => ({ lockentry: lockEntries }),
  "quota-available-bytes": async (r) =>
    r.space && (await r.isCollection()) ? String(await r.space.room.free()) : undefined,
  "quota-used-bytes": async (r) =>
    r.space && (await r.isCollection()) ? String(await r.space.room.used()) : undefined,
};

/** Properties of a file or folder: what can be read off it. Others are refused, for nobody would keep them. */
export function propertiesOf(resource: DavResource): Properties {
  const get = async (name: string) => {
    const value = await readers[name]?.(resource);
    if (value === undefined) throw new PropertyNotFoundError(`${name} property doesn't exist on resource.`);
    return value;
  };
  const refuse = async (name: string): Promise<never> => {
    throw name in readers
      ? new PropertyIsProtectedError(`${name} is a protected property.`)
      : new ForbiddenError(`${name} cannot be kept here.`);
  };
  const refuseAll = async (instructions: ["set" | "remove", string, unknown][]): Promise<[string, Error][]> =>
    instructions.map(([, name]) => [name, new PropertyIsProtectedError(`${name} cannot be set.`)]);
  const getAll = async () => {
    const values = await Promise.all(Object.entries(readers).map(async ([name, read]) => [name, await read(resource)]));
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  };
  const list = async () => Object.keys(await getAll());
  return {
    resource,
    get,
    getByUser: get,
    set: refuse,
    setByUser: refuse,
    remove: refuse,
    removeByUser: refuse,
    runInstructions: refuseAll,
    runInstructionsByUser: refuseAll,
    getAll,
    getAllByUser: getAll,
    list,
    listByUser: list,
    listLive: list,
    listLiveByUser: list,
    listDead: async () => [],
    listDeadByUser: async () => [],
  };
}
