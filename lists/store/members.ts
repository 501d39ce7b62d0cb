import type { Wanted } from "../engine/members.ts";
import type { Database } from "./database.ts";

/** A role that groups give. */
export type Role = "member" | "owner" | "moderator";

/** A person as the steward tells. */
export interface Person {
  readonly guid: string;
  /** Lower case. */
  readonly address: string;
  readonly name: string;
}

/** A member as the owners see it. */
export interface ListMember {
  readonly address: string;
  readonly name: string;
  /** Put there by a group, or by hand. */
  readonly by: "group" | "hand";
}

/** What a person is to a list. */
export interface Standing {
  readonly member: boolean;
  /** Whether a group makes them a member. */
  readonly byGroup: boolean;
  readonly moderator: boolean;
  readonly owner: boolean;
}

const wantedRows = `
select lower(r.address) address, r.name, r.guid, 'group' "by" from planb.roster r
 where r.list = $1 and r.role = 'member'
   and not exists (select from planb.opted_out o where o.list = r.list and o.guid = r.guid)
union all
select lower(coalesce(p.address, h.address)), coalesce(p.name, h.name), h.guid, 'hand' from planb.hand h
 left join planb.people p on p.guid = h.guid where h.list = $1 and (h.guid is null or p.guid is not null)`;

/** Who is on which list and why. All of it is kept by GUID, so that a new name or address changes nothing. */
export class MemberStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Takes over what groups say of one list. */
  async replaceRoster(list: string, role: Role, people: readonly Person[]): Promise<void> {
    const client = await this.#database.connect();
    try {
      await client.query("begin");
      await client.query("delete from planb.roster where list = $1 and role = $2", [list, role]);
      await client.query(
        `insert into planb.roster (list, role, guid, address, name)
         select $1, $2, g, a, n from unnest($3::text[], $4::text[], $5::text[]) as x (g, a, n) on conflict do nothing`,
        [list, role, people.map((p) => p.guid), people.map((p) => p.address), people.map((p) => p.name)],
      );
      await client.query("commit");
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  /** GUIDs of the people who were put on lists by hand: the steward tells where they are now. */
  async handGuids(): Promise<readonly string[]> {
    const { rows } = await this.#database.query<{ guid: string }>(
      "select distinct guid from planb.hand where guid is not null",
    );
    return rows.map(({ guid }) => guid);
  }

  /** Addresses that were put on lists by hand and of which nobody is known: the steward tells whose they are. */
  async unknownAddresses(): Promise<readonly string[]> {
    const { rows } = await this.#database.query<{ address: string }>(
      "select distinct lower(address) address from planb.hand where guid is null",
    );
    return rows.map(({ address }) => address);
  }

  /** Takes over where people by hand are now; who is not named gets no mail until named again. */
  async replacePeople(asked: readonly string[], people: readonly Person[]): Promise<void> {
    const here = new Set(people.map(({ guid }) => guid));
    await this.#database.query("delete from planb.people where guid = any($1)", [asked.filter((g) => !here.has(g))]);
    await this.#know(people);
    // Who joined by mail, or was put on by address, is a person from now on, whose place on the list ends with the account.
    await this.#database.query(
      `update planb.hand h set guid = p.guid, name = p.name from planb.people p
        where h.guid is null and lower(h.address) = lower(p.address) and p.guid = any($1)
          and not exists (select from planb.hand o where o.list = h.list and o.guid = p.guid)`,
      [people.map(({ guid }) => guid)],
    );
    // Of who is on no list by hand nothing is remembered: their address may be somebody else's when it is put on next.
    await this.#database.query(
      "delete from planb.people p where not exists (select from planb.hand h where h.guid = p.guid)",
    );
  }

  /** Takes over the staff's further addresses; Mailman looks there too (`images/mailman/planb_posting.py`). */
  async replaceAliases(aliases: Readonly<Record<string, string>>): Promise<void> {
    const told = [Object.keys(aliases), Object.values(aliases)];
    await this.#database.query("delete from planb.alias where not address = any($1::text[])", [told[0]]);
    await this.#database.query(
      `insert into planb.alias (address, owner) select * from unnest($1::text[], $2::text[])
       on conflict (address) do update set owner = excluded.owner where alias.owner <> excluded.owner`,
      told,
    );
  }

  /** The address that somebody is known by: of an alias of the staff its person's, else the same. */
  async primary(address: string): Promise<string> {
    const { rows } = await this.#database.query<{ owner: string }>(
      "select owner from planb.alias where address = lower($1)",
      [address],
    );
    return rows[0]?.owner ?? address;
  }

  /** Remembers people's addresses. */
  async #know(people: readonly Person[]): Promise<void> {
    const each = [...new Map(people.map((one) => [one.guid, one])).values()];
    if (each.length === 0) return;
    await this.#database.query(
      `insert into planb.people (guid, address, name) select * from unnest($1::text[], $2::text[], $3::text[])
       on conflict (guid) do update set address = excluded.address, name = excluded.name`,
      [each.map(({ guid }) => guid), each.map(({ address }) => address.toLowerCase()), each.map(({ name }) => name)],
    );
  }

  /** Everybody who should get the list's mail, each address once. */
  async wanted(list: string): Promise<readonly (Wanted & ListMember)[]> {
    const { rows } = await this.#database.query<Wanted & ListMember>(
      `select distinct on (address) *, "by" = 'hand' welcome from (${wantedRows}) w order by address, "by"`,
      [list],
    );
    return rows;
  }

  async applied(list: string): Promise<ReadonlySet<string>> {
    const { rows } = await this.#database.query<{ address: string }>(
      "select address from planb.applied where list = $1",
      [list],
    );
    return new Set(rows.map(({ address }) => address));
  }

  /** Forgets that addresses were members; all of them without a list of addresses. */
  async unapply(list: string, addresses?: readonly string[]): Promise<void> {
    await this.#database.query(
      "delete from planb.applied where list = $1 and ($2::text[] is null or address = any($2))",
      [list, addresses ?? null],
    );
  }

  async apply(list: string, addresses: readonly string[]): Promise<void> {
    await this.#database.query(
      "insert into planb.applied (list, address) select $1, unnest($2::text[]) on conflict do nothing",
      [list, addresses],
    );
  }

  /** Puts somebody on a list by hand. */
  async addByHand(
    list: string,
    who: { address: string; name: string; guid?: string | undefined },
    by: string,
  ): Promise<void> {
    if (who.guid !== undefined) {
      await this.#database.query("delete from planb.opted_out where list = $1 and guid = $2", [list, who.guid]);
      await this.#handOff(list, who.guid);
    }
    // The address may have been another's, who is gone: it is the new one's now.
    await this.#database.query(
      `insert into planb.hand (list, address, guid, name, added_by) values ($1, $2, $3, $4, $5)
       on conflict (list, address) do update
         set guid = excluded.guid, name = excluded.name, added_by = excluded.added_by, added_at = now()`,
      [list, who.address.toLowerCase(), who.guid ?? null, who.name, by],
    );
    // Not before: who is on no list by hand is forgotten at the steward's next word.
    if (who.guid !== undefined) await this.#know([{ guid: who.guid, address: who.address, name: who.name }]);
  }

  /** Puts an address on a list by hand: the person it belongs to, by their own name, or nobody known, by the name given. */
  async addAddress(list: string, address: string, name: string, by: string): Promise<void> {
    const primary = await this.primary(address);
    const [person] = await this.byAddress(primary);
    await this.addByHand(list, { address: primary, name: person?.name ?? name, guid: person?.guid }, by);
  }

  /** Takes somebody off a list: what was by hand is undone, what groups say is put aside. */
  async takeOff(list: string, address: string): Promise<void> {
    await this.#database.query(
      `delete from planb.hand h where list = $1 and (lower(address) = lower($2)
        or guid in (select guid from planb.people where lower(address) = lower($2)))`,
      [list, address],
    );
    await this.#database.query(
      `insert into planb.opted_out (list, guid) select list, guid from planb.roster
        where list = $1 and role = 'member' and lower(address) = lower($2) on conflict do nothing`,
      [list, address],
    );
  }

  /** A person leaves: what was by hand is undone, what groups say is put aside. */
  async leave(list: string, guid: string): Promise<void> {
    await this.#handOff(list, guid);
    await this.#database.query(
      `insert into planb.opted_out (list, guid) select list, guid from planb.roster
        where list = $1 and role = 'member' and guid = $2 on conflict do nothing`,
      [list, guid],
    );
  }

  async #handOff(list: string, guid: string): Promise<void> {
    await this.#database.query("delete from planb.hand where list = $1 and guid = $2", [list, guid]);
  }

  /** What a person is to each list, by list. */
  async standings(guid: string): Promise<ReadonlyMap<string, Standing>> {
    const { rows } = await this.#database.query<{ list: string; role: string }>(
      `select r.list, case when r.role = 'member' and o.guid is not null then 'out' else r.role end "role"
         from planb.roster r left join planb.opted_out o on o.list = r.list and o.guid = r.guid where r.guid = $1
       union all select list, 'hand' from planb.hand where guid = $1`,
      [guid],
    );
    const all = new Map<string, Standing>();
    for (const { list, role } of rows) {
      const known = all.get(list) ?? { member: false, byGroup: false, moderator: false, owner: false };
      all.set(list, {
        member: known.member || role === "member" || role === "hand",
        byGroup: known.byGroup || role === "member",
        moderator: known.moderator || role === "moderator" || role === "owner",
        owner: known.owner || role === "owner",
      });
    }
    return all;
  }

  /** People known by an address. */
  async byAddress(address: string): Promise<readonly Person[]> {
    const { rows } = await this.#database.query<Person>(
      `select guid, address, name from planb.people where lower(address) = lower($1)
       union select guid, address, name from planb.roster where lower(address) = lower($1)`,
      [address],
    );
    return rows;
  }

  async withRole(list: string, role: Role): Promise<readonly Person[]> {
    const { rows } = await this.#database.query<Person>(
      "select guid, lower(address) address, name from planb.roster where list = $1 and role = $2 order by name",
      [list, role],
    );
    return rows;
  }
}
