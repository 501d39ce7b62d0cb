import { timingSafeEqual } from "node:crypto";
import type { Context, Hono, Next } from "hono";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import type { Keeper } from "./keeper.ts";
import { parkedMails } from "./parked.ts";
import type { ListsSettings } from "./settings.ts";
import type { MemberStore } from "./store/members.ts";

const person = z.strictObject({
  guid: z.string().min(1),
  address: z.string().toLowerCase().min(3),
  name: z.string(),
});

/** What the steward tells: who is where, by groups. A role left out stays as it was. */
export const rosters = z.strictObject({
  lists: z.record(
    z.string(),
    z.strictObject({
      member: z.array(person).optional(),
      owner: z.array(person).optional(),
      moderator: z.array(person).optional(),
    }),
  ),
  /** Further addresses of the staff, each with the address that its person is known by. Left out: as they were. */
  aliases: z.record(z.string().toLowerCase(), z.string().toLowerCase()).optional(),
  /** The GUIDs that were asked for; and of them, and of the addresses that were, those who are here. */
  asked: z.array(z.string()),
  people: z.array(person),
});

/** What the API is made from. */
export interface ApiParts {
  readonly settings: ListsSettings;
  readonly keeper: Keeper;
  readonly members: MemberStore;
  /** The steward's token. */
  readonly token: string;
}

/** Adds the API of the steward, and the page by which the container is ready. */
export function addApi(app: Hono, { settings, keeper, members, token }: ApiParts): void {
  const expected = Buffer.from(`Bearer ${token}`);
  const steward = async (c: Context, next: Next): Promise<void> => {
    const given = Buffer.from(c.req.header("authorization") ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new HTTPException(403);
    await next();
  };
  app.get("/klar", (c) => (keeper.ready ? c.text("ok\n") : c.text("not yet\n", 503)));
  app.use("/api/*", steward);
  app.get("/api/people", async (c) =>
    keeper.ready
      ? c.json({ guids: await members.handGuids(), addresses: await members.unknownAddresses() })
      : c.json({ error: "not ready" }, 503),
  );
  app.put("/api/rosters", async (c) => {
    if (!keeper.ready) return c.json({ error: "not ready" }, 503);
    const told = rosters.safeParse(await c.req.json());
    if (!told.success) return c.json({ error: z.prettifyError(told.error) }, 400);
    await members.replacePeople(told.data.asked, told.data.people);
    if (told.data.aliases) await members.replaceAliases(told.data.aliases);
    for (const list of settings.lists) {
      const roles = told.data.lists[list.name] ?? {};
      for (const role of ["member", "owner", "moderator"] as const) {
        const people = roles[role];
        if (people) await members.replaceRoster(list.name, role, people);
      }
      await keeper.bring(list);
    }
    return c.json({ lists: settings.lists.length, parked: await parkedMails() });
  });
}
