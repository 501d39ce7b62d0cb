import type express from "express";
import { BadRequestError, ResourceNotFoundError } from "nephele";
import type { Segments } from "../core/path.ts";
import { FileProblem } from "../core/problem.ts";
import type { NamedSpace } from "../core/spaces.ts";
import { addresses } from "../pages/addresses.ts";
import { wantedLink } from "../share.ts";
import { DavAdapter, type DavPerson, davPath } from "./adapter.ts";
import type { DavParts } from "./index.ts";
import type { Locks } from "./locks.ts";

interface Asked {
  readonly person: DavPerson;
  readonly named: NamedSpace;
  readonly segments: Segments;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * A form that a program sends to a file's or folder's address: a link is made and its address answered, or, with the
 * field `forget`, what is kept of that address goes for good and the person's links to it end. Never for a page of
 * another site: browsers name themselves by `Origin`.
 */
export async function formByProgram(
  parts: DavParts,
  locks: Locks,
  request: express.Request,
  response: express.Response,
): Promise<void> {
  const { spaces, userOf, origin, ownName } = parts;
  const person = userOf(request);
  if (!person) return void response.status(401).end();
  if (request.headers.origin !== undefined) return void response.status(403).end();
  try {
    const adapter = new DavAdapter(person, await spaces.of(person, ownName), locks, request);
    const { named, segments } = adapter.find(new URL(request.originalUrl, origin), new URL(`${davPath}/`, origin));
    if (!named) return void response.status(404).end();
    const fields: Asked["fields"] = request.body ?? {};
    const act = fields["forget"] === undefined ? share : forget;
    await act(parts, { person, named, segments, fields }, response);
  } catch (error) {
    const missing = error instanceof FileProblem || error instanceof ResourceNotFoundError;
    if (!missing && !(error instanceof BadRequestError)) throw error;
    response.status(missing ? 404 : 400).end();
  }
}

async function share(
  { links, shares, origin }: DavParts,
  { person, named, segments, fields }: Asked,
  response: express.Response,
): Promise<void> {
  if (!shares.allowed) return void response.status(403).end();
  const folder = (await named.space.stat(segments)).isDirectory();
  const link = wantedLink(shares, fields, { named, segments, folder, person });
  if (!link) return void response.status(400).type("text").send("The link needs a password of 8 characters or more.");
  const { token } = await links.create(link);
  response
    .status(201)
    .location(`${origin}${addresses.open(token)}`)
    .end();
}

async function forget(
  { links }: DavParts,
  { person, named: { space }, segments }: Asked,
  response: express.Response,
): Promise<void> {
  const path = JSON.stringify(segments);
  for (const kept of await space.kept.list()) {
    if (JSON.stringify(kept.segments) === path) await space.kept.drop(kept.id);
  }
  const own = await links.list(
    (link) =>
      link.by === person.guid &&
      link.space.kind === space.kind &&
      link.space.id === space.id &&
      JSON.stringify(link.segments) === path,
  );
  for (const { token } of own) await links.revoke(token);
  response.status(204).end();
}
