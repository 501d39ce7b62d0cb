import type { IncomingMessage } from "node:http";
import { type Adapter, BadRequestError, MethodNotSupportedError, ResourceNotFoundError } from "nephele";
import { readSegments, type Segments } from "../core/path.ts";
import type { NamedSpace } from "../core/spaces.ts";
import type { Locks } from "./locks.ts";
import { DavResource } from "./resource.ts";

/** Where WebDAV is. */
export const davPath = "/dav";

/** Who asks. */
export interface DavPerson {
  readonly guid: string;
  readonly name: string;
}

const readOnlyAtTop = ["GET", "HEAD", "OPTIONS", "PROPFIND"];

/** The spaces of one person, for one request. */
export class DavAdapter implements Adapter {
  readonly person: DavPerson;
  readonly spaces: readonly NamedSpace[];
  readonly locks: Locks;
  /** Bytes the request announces, 0 if none. */
  readonly expectedBytes: number;

  constructor(person: DavPerson, spaces: readonly NamedSpace[], locks: Locks, request: IncomingMessage) {
    [this.person, this.spaces, this.locks] = [person, spaces, locks];
    this.expectedBytes = Number(request.headers["content-length"] ?? 0) || 0;
  }

  /** A space's name as a folder's: no slash, and unlike the others'. */
  folderName({ name, key }: NamedSpace): string {
    const plain = name.replaceAll(/[/\0]/g, "-");
    const taken =
      plain === "." || plain === ".." || this.spaces.some((other) => other.key !== key && other.name === name);
    return taken ? `${plain} ${key}` : plain;
  }

  /** Where an address leads. @throws ResourceNotFoundError when it is in no space of the person's */
  find(url: URL, baseUrl: URL): { readonly named: NamedSpace | undefined; readonly segments: Segments } {
    let names: string[];
    try {
      names = readSegments(url.pathname.slice(baseUrl.pathname.length));
    } catch {
      throw new BadRequestError("Such a name cannot be.");
    }
    const [top, ...segments] = names;
    if (top === undefined) return { named: undefined, segments: [] };
    const wanted = top.normalize("NFC");
    const named = this.spaces.find((each) => each.key === top || this.folderName(each).normalize("NFC") === wanted);
    if (!named) throw new ResourceNotFoundError("Resource not found.");
    return { named, segments };
  }

  async getComplianceClasses(): Promise<string[]> {
    return ["2"];
  }

  async getAllowedMethods(): Promise<string[]> {
    return [];
  }

  async getOptionsResponseCacheControl(): Promise<string> {
    return "no-store";
  }

  async isAuthorized(url: URL, method: string, baseUrl: URL): Promise<boolean> {
    const { named } = this.find(url, baseUrl);
    return named !== undefined || readOnlyAtTop.includes(method);
  }

  async getResource(url: URL, baseUrl: URL): Promise<DavResource> {
    const { named, segments } = this.find(url, baseUrl);
    const resource = new DavResource(this, baseUrl, named, segments);
    if (named && !(await resource.stats())) throw new ResourceNotFoundError("Resource not found.");
    return resource;
  }

  async newResource(url: URL, baseUrl: URL): Promise<DavResource> {
    const { named, segments } = this.find(url, baseUrl);
    return new DavResource(this, baseUrl, named, segments);
  }

  async newCollection(url: URL, baseUrl: URL): Promise<DavResource> {
    const { named, segments } = this.find(url, baseUrl);
    return new DavResource(this, baseUrl, named, segments, true);
  }

  getMethod(): never {
    throw new MethodNotSupportedError("Method not supported.");
  }
}
