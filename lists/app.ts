import type { Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { webApp } from "../web/app.ts";
import type { PageContext } from "../web/layout.ts";
import type { User } from "../web/user.ts";
import { isAway } from "./away.ts";
import type { Mailman } from "./engine/rest.ts";
import type { Keeper } from "./keeper.ts";
import { archiveRoutes } from "./routes/archive.ts";
import { memberRoutes } from "./routes/members.ts";
import { moderationRoutes } from "./routes/moderation.ts";
import { oneClickRoutes } from "./routes/one-click.ts";
import { ownRoutes } from "./routes/own.ts";
import { type ListSettings, type ListsSettings, oneClickPath } from "./settings.ts";
import type { Archive } from "./store/archive.ts";
import type { MemberStore, Standing } from "./store/members.ts";
import { type ListsTexts, texts } from "./texts.ts";

/** What the pages are made from. */
export interface ListsParts {
  readonly settings: ListsSettings;
  readonly mailman: Mailman;
  readonly members: MemberStore;
  readonly archive: Archive;
  readonly keeper: Keeper;
  /** The stack's random part of the identity headers' names. */
  readonly identityKey: string;
  /** With which the links in letters are signed. */
  readonly linkKey: string;
  /** Told what went wrong, without anything of a person. */
  readonly log: (line: string) => void;
}

/** A request of somebody who is logged in. */
export interface Visit {
  readonly context: PageContext;
  readonly user: User;
  readonly t: ListsTexts;
}

/** A request about one list. */
export interface ListVisit extends Visit {
  readonly list: ListSettings;
  readonly standing: Standing;
}

/** What the routes work with. */
export interface Routes extends ListsParts {
  readonly app: Hono;
  /** What a page knows of its request, with or without a login. */
  readonly page: (c: Context) => PageContext;
  /** @throws HTTPException 403 without a login */
  readonly visit: (c: Context) => Visit;
  /** @throws HTTPException 404 for a list that is not declared or hidden, 403 without a login */
  readonly listVisit: (c: Context) => Promise<ListVisit>;
}

/** Nothing to do with a list. */
export const stranger: Standing = { member: false, byGroup: false, moderator: false, owner: false };

/** Whether somebody may read a list's archive. */
export const mayRead = (list: ListSettings, { member, moderator }: Standing): boolean =>
  list.archive === "staff" || (list.archive === "members" && (member || moderator));

/** @throws HTTPException 403 unless it is so */
export function demand(allowed: boolean): void {
  if (!allowed) throw new HTTPException(403);
}

/** The pages of the lists. */
export function listsApp(parts: ListsParts): Hono {
  const { settings, members, identityKey, log } = parts;
  const { app, page, visitor } = webApp({
    site: settings.site,
    identityKey,
    signed: oneClickPath,
    log,
    menu: (language) => [{ href: "/", text: texts[language].title }],
    // Mailman or the database is starting or away: that goes by itself.
    away: (error, language) =>
      isAway(error) ? { title: texts[language].title, text: texts[language].away } : undefined,
  });
  const visit = (c: Context): Visit => {
    const context = visitor(c);
    return { context, user: context.user, t: texts[context.language] };
  };
  const listVisit = async (c: Context): Promise<ListVisit> => {
    const visited = visit(c);
    const list = settings.lists.find(({ name, hidden }) => name === c.req.param("name") && !hidden);
    if (list === undefined) throw new HTTPException(404);
    const standing = (await members.standings(visited.user.guid)).get(list.name) ?? stranger;
    return { ...visited, list, standing };
  };
  const routes: Routes = { ...parts, app, page, visit, listVisit };
  ownRoutes(routes);
  archiveRoutes(routes);
  moderationRoutes(routes);
  memberRoutes(routes);
  oneClickRoutes(routes);
  return app;
}
