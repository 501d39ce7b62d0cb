import type { Stats } from "node:fs";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import {
  BadRequestError,
  ForbiddenError,
  InsufficientStorageError,
  type Lock,
  MethodNotSupportedError,
  type Properties,
  type Resource,
  ResourceExistsError,
  ResourceNotFoundError,
  ResourceTreeNotCompleteError,
  type User,
} from "nephele";
import { etagOf } from "../core/etag.ts";
import type { Segments } from "../core/path.ts";
import { FileProblem } from "../core/problem.ts";
import type { Space } from "../core/space.ts";
import type { NamedSpace } from "../core/spaces.ts";
import { mediaType } from "../media.ts";
import type { DavAdapter } from "./adapter.ts";
import { propertiesOf } from "./properties.ts";

/** Said when a file does not fit. */
export const fullText = "The quota is used up. / Der er ikke plads til mere i mappen.";

/** Said when the server's disk is full. */
export const diskFullText = "The disk is full. / Der er ikke mere plads på serveren.";

/** What WebDAV says of a problem. */
export function davError(error: unknown): unknown {
  if (!(error instanceof FileProblem)) return error;
  switch (error.problem) {
    case "full":
    case "too-large":
      return new InsufficientStorageError(fullText);
    case "disk-full":
      return new InsufficientStorageError(diskFullText);
    case "exists":
      return new ResourceExistsError("It exists already.");
    case "missing":
    case "not-folder":
      return new ResourceTreeNotCompleteError("The folder is not there.");
    case "into-itself":
      return new ForbiddenError("A folder cannot go into itself.");
    case "name":
    case "too-many":
      return new BadRequestError("Such a name cannot be.");
  }
}

/** A file or folder as WebDAV sees it; the top lists the person's spaces. */
export class DavResource implements Resource {
  readonly adapter: DavAdapter;
  readonly baseUrl: URL;
  readonly named: NamedSpace | undefined;
  readonly segments: Segments;
  #stats: Stats | undefined;
  readonly #newFolder: boolean;

  constructor(adapter: DavAdapter, baseUrl: URL, named: NamedSpace | undefined, segments: Segments, newFolder = false) {
    [this.adapter, this.baseUrl, this.named, this.segments] = [adapter, baseUrl, named, segments];
    this.#newFolder = newFolder;
  }

  /** The space it lies in; undefined for the top. */
  get space(): Space | undefined {
    return this.named?.space;
  }

  /** Path for locks: the same for all who share the space. */
  get place(): Segments {
    return this.space ? [this.space.kind, this.space.id, ...this.segments] : ["top", this.adapter.person.guid];
  }

  /** Undefined for the top and for what is not there yet. */
  async stats(): Promise<Stats | undefined> {
    if (this.#stats === undefined && this.space) {
      this.#stats = await this.space.stat(this.segments).catch((error) => {
        if (error instanceof FileProblem) return undefined;
        throw error;
      });
    }
    return this.#stats;
  }

  async getLocks(): Promise<Lock[]> {
    return this.adapter.locks.on(this, this.place);
  }

  async getLocksByUser(user: User): Promise<Lock[]> {
    return this.adapter.locks.on(this, this.place, user.username);
  }

  async createLockForUser(user: User): Promise<Lock> {
    return this.adapter.locks.make(this, this.place, user);
  }

  async getProperties(): Promise<Properties> {
    return propertiesOf(this);
  }

  async getStream(range?: { start: number; end: number }): Promise<Readable> {
    if (!this.space || (await this.isCollection())) return Readable.from([]);
    return createReadStream(this.space.path(this.segments), range);
  }

  async setStream(input: Readable): Promise<void> {
    const { space } = this;
    if (!space || (await this.isCollection())) throw new MethodNotSupportedError("This is a folder.");
    await this.#try(() =>
      space.write(this.segments, input, this.adapter.person.name, this.adapter.expectedBytes).then(() => undefined),
    );
    this.#stats = undefined;
  }

  async create(): Promise<void> {
    const { space } = this;
    if (!space) throw new ForbiddenError("Folders of groups are made by the administration.");
    if (await space.has(this.segments)) throw new ResourceExistsError("It exists already.");
    await this.#try(() =>
      this.#newFolder
        ? space.makeFolder(this.segments)
        : space.write(this.segments, Readable.from([]), this.adapter.person.name).then(() => undefined),
    );
  }

  async delete(): Promise<void> {
    const { space } = this;
    if (!space || this.segments.length === 0) throw new ForbiddenError("This folder cannot be deleted.");
    await this.#try(() => space.remove(this.segments, this.adapter.person.name));
  }

  async copy(): Promise<void> {
    throw new ForbiddenError("Copied as a whole, see index.ts.");
  }

  async move(): Promise<void> {
    throw new ForbiddenError("Moved as a whole, see index.ts.");
  }

  async getLength(): Promise<number> {
    return (await this.isCollection()) ? 0 : ((await this.stats())?.size ?? 0);
  }

  async getEtag(): Promise<string> {
    const stats = await this.stats();
    return stats ? etagOf(stats) : "none";
  }

  async getMediaType(): Promise<string | null> {
    return (await this.isCollection()) ? null : mediaType(this.segments.at(-1) ?? "");
  }

  async getCanonicalName(): Promise<string> {
    return this.segments.at(-1) ?? (this.named ? this.adapter.folderName(this.named) : "");
  }

  async getCanonicalPath(): Promise<string> {
    const names = this.named ? [this.adapter.folderName(this.named), ...this.segments] : [];
    return `/${names.join("/")}${names.length > 0 && (await this.isCollection()) ? "/" : ""}`;
  }

  async getCanonicalUrl(): Promise<URL> {
    const path = (await this.getCanonicalPath()).slice(1).split("/").map(encodeURIComponent).join("/");
    return new URL(path, this.baseUrl);
  }

  async isCollection(): Promise<boolean> {
    return !this.space || this.#newFolder || ((await this.stats())?.isDirectory() ?? false);
  }

  async getInternalMembers(): Promise<DavResource[]> {
    const { space, named } = this;
    if (!space) return this.adapter.spaces.map((each) => new DavResource(this.adapter, this.baseUrl, each, []));
    const entries = await space.list(this.segments).catch((error) => {
      throw error instanceof FileProblem ? new ResourceNotFoundError("Resource not found.") : error;
    });
    return entries.map(({ name }) => new DavResource(this.adapter, this.baseUrl, named, [...this.segments, name]));
  }

  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      throw davError(error);
    }
  }
}
