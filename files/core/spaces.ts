import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { GroupName } from "./people.ts";
import { ifMissing } from "./problem.ts";
import { Space } from "./space.ts";

/** A space as a person meets it. */
export interface NamedSpace {
  readonly space: Space;
  /** Name people see; for a group its name in the directory. */
  readonly name: string;
  /** Part of addresses: "mine" or the group's short id. */
  readonly key: string;
}

/** What the spaces are made from. */
export interface SpacesSettings {
  /** Folder of all files. */
  readonly data: string;
  readonly quotaBytes: { readonly person: number; readonly group: number };
  /** The declared groups that the directory knows, now. */
  readonly groups: () => readonly GroupName[];
}

/** Form of a person's key. */
export const guidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const groupForm = /^g[0-9a-f]{12}$/;

/** All spaces. Who may enter which is decided anew at each request, by what edge says of the person. */
export class Spaces {
  readonly #settings: SpacesSettings;
  readonly #open = new Map<string, Promise<Space>>();

  constructor(settings: SpacesSettings) {
    this.#settings = settings;
  }

  /** A space by kind and id. @throws Error when the id is none */
  async get(kind: Space["kind"], id: string): Promise<Space> {
    if (!(kind === "hjem" ? guidForm : groupForm).test(id)) throw new Error(`not an id: ${JSON.stringify(id)}`);
    const { data, quotaBytes } = this.#settings;
    const key = `${kind}/${id}`;
    const known = this.#open.get(key);
    if (known) return known;
    const settings = { data, kind, id, quotaBytes: kind === "hjem" ? quotaBytes.person : quotaBytes.group };
    const space = new Space(settings).open();
    this.#open.set(key, space);
    // The disk may be full at the moment.
    space.catch(() => this.#open.delete(key));
    return space;
  }

  /** Removes a space for good, with what is kept of it. */
  async remove(kind: Space["kind"], id: string): Promise<void> {
    this.#open.delete(`${kind}/${id}`);
    for (const folder of [join(kind, id), join("kept", kind, id)]) {
      await rm(join(this.#settings.data, folder), { recursive: true, force: true });
    }
  }

  /**
   * The spaces a person may enter: their own, and those of the declared groups they are in at this moment.
   *
   * @param ownName what their own is called
   */
  async of(
    person: { readonly guid: string; readonly groups: readonly string[] },
    ownName: string,
  ): Promise<NamedSpace[]> {
    if (!guidForm.test(person.guid)) return [];
    const groups = this.#settings.groups().filter(({ id }) => groupForm.test(id) && person.groups.includes(id));
    return [
      { space: await this.get("hjem", person.guid), name: ownName, key: "mine" },
      ...(await Promise.all(
        groups.map(async ({ id, name }) => ({ space: await this.get("grupper", id), name, key: id })),
      )),
    ];
  }

  /** Ids of the spaces that exist on disk. */
  async ids(kind: Space["kind"]): Promise<string[]> {
    const names = (await readdir(join(this.#settings.data, kind)).catch(ifMissing)) ?? [];
    return names.filter((name) => (kind === "hjem" ? guidForm : groupForm).test(name));
  }
}
