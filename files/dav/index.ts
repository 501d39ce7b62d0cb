import type { IncomingMessage, ServerResponse } from "node:http";
import express, { type Request } from "express";
import nephele, {
  type AuthResponse,
  LockedError,
  type Method,
  type Plugin,
  PreconditionFailedError,
  type Resource,
  ResourceTreeNotCompleteError,
  UnauthorizedError,
} from "nephele";
import type { Links } from "../core/links.ts";
import { FileProblem } from "../core/problem.ts";
import type { Spaces } from "../core/spaces.ts";
import type { FilesSettings } from "../settings.ts";
import { smallFormBytes } from "../small-form.ts";
import { DavAdapter, davPath } from "./adapter.ts";
import { plainContent } from "./content.ts";
import { formByProgram } from "./forms.ts";
import { Locks } from "./locks.ts";
import { DavResource, davError } from "./resource.ts";

export { davPath };

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
    formByProgram(parts, locks, request, response),
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
    const refused = refusedBody(request);
    if (refused !== undefined) return void response.writeHead(refused, { connection: "close" }).end();
    try {
      if (!(await plain(request, response))) app(request, response);
    } catch (error) {
      log(`webdav: ${error instanceof Error ? error.stack : error}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end("Error");
    }
  };
}

/** What nephele would hold in memory to read it as XML is small, and tells how large it is. @returns status of a refusal */
function refusedBody({ method = "", headers }: IncomingMessage): number | undefined {
  if (["PUT", "POST", "GET", "HEAD"].includes(method)) return undefined;
  if (headers["transfer-encoding"] !== undefined) return 411;
  if (headers["content-encoding"] !== undefined) return 415;
  return Number(headers["content-length"] ?? 0) > smallFormBytes ? 413 : undefined;
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
