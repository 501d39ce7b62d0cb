import type { IncomingMessage, ServerResponse } from "node:http";
import express, { type Request } from "express";
import nephele, {
  type AuthResponse,
  BadRequestError,
  LockedError,
  type Method,
  type Plugin,
  PreconditionFailedError,
  type Resource,
  ResourceNotFoundError,
  ResourceTreeNotCompleteError,
  UnauthorizedError,
} from "nephele";
import type { Links } from "../core/links.ts";
import { FileProblem } from "../core/problem.ts";
import type { Spaces } from "../core/spaces.ts";
import { addresses } from "../pages/addresses.ts";
import type { FilesSettings } from "../settings.ts";
import { wantedLink } from "../share.ts";
import { DavAdapter } from "./adapter.ts";
import { plainContent } from "./content.ts";
import { Locks } from "./locks.ts";
import { DavResource, davError } from "./resource.ts";

/** Where WebDAV is. */
export const davPath = "/dav";

/** What WebDAV is made from. */
export interface DavParts {
  readonly spaces: Spaces;
  readonly links: Links;
  readonly shares: FilesSettings["shares"];
  /** Who asks, by what edge tells; undefined for nobody. */
  readonly userOf: (
    request: IncomingMessage,
  ) => { readonly guid: string; readonly name: string; readonly groups: readonly string[] } | undefined;
  /** Public origin of the site; the addresses in answers are below it. */
  readonly origin: string;
  /** What a person's own folder is called. */
  readonly ownName: string;
  readonly log: (line: string) => void;
}

interface TransferData {
  readonly method: Method;
  readonly resource: Resource;
  readonly destination: Resource;
  readonly exists: boolean;
  readonly overwrite: string | undefined;
  readonly depth?: string;
}

/**
 * WebDAV (RFC 4918, classes 1 and 2) by nephele, on the spaces of the person who asks. Deleting, moving and copying go
 * by the whole tree instead of file by file, so that a folder deleted is one thing to bring back.
 */
export function davServer(parts: DavParts) {
  const { spaces, userOf, origin, ownName, log } = parts;
  const locks = new Locks();
  const person = (request: IncomingMessage) => {
    const user = userOf(request);
    if (!user) throw new UnauthorizedError("Nobody is logged in.");
    return user;
  };
  const adapters = new WeakMap<IncomingMessage, DavAdapter>();
  const adapterFor = async (request: IncomingMessage) => {
    const user = userOf(request);
    const entered = user ? await spaces.of(user, ownName) : [];
    return new DavAdapter(user ?? { guid: "", name: "" }, entered, locks, request);
  };
  const server = nephele(
    {
      // nephele asks for it again at each step of a request.
      adapter: async (request) => {
        const adapter = adapters.get(request) ?? (await adapterFor(request));
        adapters.set(request, adapter);
        return adapter;
      },
      authenticator: {
        authenticate: async (request) => ({ username: person(request).guid }),
        cleanAuthentication: async () => {},
      },
      plugins: [wholeTrees(locks)],
    },
    {
      errorHandler: async (code, message, _request, response, error) => {
        if (response.headersSent || response.destroyed) return void response.end();
        if (code >= 500 && code !== 507) log(`webdav: ${error?.stack ?? message}`);
        const text = code === 500 ? "Error" : message;
        response.status(code).set("content-type", "text/plain; charset=utf-8");
        response.end(code < 400 ? undefined : text);
      },
    },
  );
  const app = express();
  app.disable("x-powered-by");
  app.post(new RegExp(`^${davPath}/`), express.urlencoded({ extended: false, limit: "4kb" }), (request, response) =>
    share(parts, locks, request, response),
  );
  app.use(davPath, server);
  const host = new URL(origin).host;
  const base = new URL(`${davPath}/`, origin);
  const plain = async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const user = userOf(request);
    if (!user) return false;
    return plainContent(request, response, { person: user, spaces: await spaces.of(user, ownName), locks, base });
  };
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Clients name things by their public address, also in the headers Destination and If.
    request.headers.host = host;
    try {
      if (!(await plain(request, response))) app(request, response);
    } catch (error) {
      log(`webdav: ${error instanceof Error ? error.stack : error}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end("Error");
    }
  };
}

/**
 * A link made by a program: a form sent to a file's or folder's address, answered with the link's address. Never for a
 * page of another site: browsers name themselves by `Origin`.
 */
async function share(
  { spaces, links, shares, userOf, origin, ownName }: DavParts,
  locks: Locks,
  request: express.Request,
  response: express.Response,
): Promise<void> {
  const user = userOf(request);
  if (!user) return void response.status(401).end();
  if (!shares.allowed || request.headers.origin !== undefined) return void response.status(403).end();
  try {
    const adapter = new DavAdapter(user, await spaces.of(user, ownName), locks, request);
    const { named, segments } = adapter.find(new URL(request.originalUrl, origin), new URL(`${davPath}/`, origin));
    const stats = await named?.space.stat(segments);
    if (!named || !stats) return void response.status(404).end();
    const shared = { named, segments, folder: stats.isDirectory(), person: user };
    const link = wantedLink(shares, request.body ?? {}, shared);
    if (!link) return void response.status(400).type("text").send("The link needs a password of 8 characters or more.");
    const { token } = await links.create(link);
    response
      .status(201)
      .location(`${origin}${addresses.open(token)}`)
      .end();
  } catch (error) {
    const missing = error instanceof FileProblem || error instanceof ResourceNotFoundError;
    if (!missing && !(error instanceof BadRequestError)) throw error;
    response.status(missing ? 404 : 400).end();
  }
}

function wholeTrees(locks: Locks): Plugin {
  const transfer =
    (how: "move" | "copy") =>
    async (request: Request, response: AuthResponse, data: TransferData): Promise<false> => {
      const { method, resource, destination, exists, overwrite, depth } = data;
      const [from, to] = [resource, destination] as [DavResource, DavResource];
      if (overwrite === "F" && exists) throw new PreconditionFailedError("A resource exists at the destination.");
      const { user } = response.locals;
      for (const touched of how === "move" ? [from, to] : [to]) {
        if ((await method.getLockPermission(request, response, touched, user)) < 2) throw new LockedError("Locked.");
        if (locks.othersWithin(touched.place, method.getRequestLockTockens(request))) throw new LockedError("Locked.");
      }
      const person = (from.adapter as DavAdapter).person.name;
      try {
        if (!from.space || !to.space) throw new FileProblem("exists");
        const target = { space: to.space, segments: to.segments, overwrite: true };
        if (how === "copy" && depth === "0" && (await from.isCollection())) await to.space.makeFolder(to.segments);
        else await from.space.transfer(how, from.segments, target, person);
      } catch (error) {
        if (error instanceof FileProblem && error.problem === "missing") {
          throw new ResourceTreeNotCompleteError("The folder is not there.");
        }
        throw davError(error);
      }
      if (how === "move") locks.dropWithin(from.place);
      response.status(exists ? 204 : 201).end();
      return false;
    };
  return {
    beforeDelete: async (request, response, { method, resource }) => {
      if (!(resource instanceof DavResource)) return;
      if (locks.othersWithin(resource.place, method.getRequestLockTockens(request))) throw new LockedError("Locked.");
      await resource.delete();
      locks.dropWithin(resource.place);
      response.status(204).end();
      return false;
    },
    // nephele answers 207 to a token that is no lock here; clients take that for done.
    beforeUnlock: async (_request, response, { lock }) => {
      if (lock !== undefined) return;
      response.status(409).end();
      return false;
    },
    beforeMove: transfer("move"),
    beforeCopy: transfer("copy"),
  };
}
