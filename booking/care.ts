import type { Pool } from "pg";
import { unjudged } from "./database.ts";

/** Days that a program may be off and still hear of deleted appointments and contacts: SOGo keeps a row of each until it is cleared away. */
const deletedDays = 90;
const daySeconds = 86_400;

/** Owners of calendars and address books who are people, not rooms. */
const owners = `select distinct c_path2 as guid from sogo_folder_info
  where c_path2 ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'`;

/** What {@link care} needs. */
export interface CareParts {
  readonly pool: Pool;
  /** Days that calendars and contacts of a person who was deleted are kept. */
  readonly keepDays: number;
  /** Keys of everybody the directory has. @throws when it does not answer */
  readonly people: () => Promise<ReadonlySet<string>>;
  readonly log: (line: string) => void;
  /** Seconds since 1970. Default: now. */
  readonly now?: number;
}

/** Somebody who was deleted in the existing directory, and since when. */
export interface Leaver {
  readonly guid: string;
  readonly since: Date;
}

/**
 * What is done once a day: rows of what was deleted long ago go, and so does all of people who were deleted more than
 * `keepDays` ago. Who is gone is known only from a directory that answers and knows somebody.
 */
export async function care({ pool, keepDays, people, log, now = Date.now() / 1000 }: CareParts): Promise<void> {
  const cleared = await clearDeleted(pool, now);
  if (cleared > 0) log(`care: ${cleared} rows of what was deleted long ago are cleared away`);
  const known = await people();
  const all = (await pool.query<{ guid: string }>(owners)).rows.map(({ guid }) => guid);
  if (!all.some((guid) => known.has(guid))) return; // an empty directory proves nothing
  const gone = all.filter((guid) => !known.has(guid));
  await pool.query("delete from planb_leaver where guid <> all ($1::text[])", [gone]);
  await pool.query(
    "insert into planb_leaver select guid, to_timestamp($2) from unnest($1::text[]) guid on conflict do nothing",
    [gone, now],
  );
  const over = await pool.query<{ guid: string }>("select guid from planb_leaver where since <= to_timestamp($1)", [
    now - keepDays * daySeconds,
  ]);
  for (const { guid } of over.rows) {
    await removeAll(pool, guid);
    log(`care: ${guid}: deleted ${keepDays} days ago, calendars and contacts removed`);
  }
}

/** Nobody's program reads a room's calendar, so nothing waits to hear what is gone from it. */
async function clearDeleted(pool: Pool, now: number): Promise<number> {
  return unjudged(pool, async (query) => {
    const { rowCount } = await query(
      `delete from sogo_store s using sogo_folder_info f where f.c_folder_id = s.c_folder_id and s.c_deleted = 1
         and s.c_lastmodified < $1 - case when exists (select from planb_bookable b where b.id = f.c_path2) then 1 else $2 end * ${daySeconds}`,
      [Math.floor(now), deletedDays],
    );
    await query(
      "delete from planb_span p where not exists (select from sogo_store s where s.c_folder_id = p.folder and s.c_name = p.name)",
    );
    return rowCount ?? 0;
  });
}

async function removeAll(pool: Pool, guid: string): Promise<void> {
  await unjudged(pool, async (query) => {
    for (const table of ["sogo_quick_appointment", "sogo_quick_contact", "sogo_store", "sogo_acl"]) {
      await query(
        `delete from ${table} where c_folder_id in (select c_folder_id from sogo_folder_info where c_path2 = $1)`,
        [guid],
      );
    }
    await query("delete from sogo_folder_info where c_path2 = $1", [guid]);
    for (const table of ["sogo_acl", "sogo_user_profile", "sogo_cache_folder"]) {
      await query(`delete from ${table} where c_uid = $1`, [guid]);
    }
    await query("delete from planb_leaver where guid = $1", [guid]);
  });
}

/** Those who are kept, the longest gone first. */
export async function leavers(pool: Pool): Promise<readonly Leaver[]> {
  return (await pool.query<Leaver>("select guid, since from planb_leaver order by since, guid")).rows;
}
