import type { Pool } from "pg";
import { unjudged } from "./database.ts";

interface Folder {
  readonly c_folder_id: number;
  readonly c_path3: string;
  readonly c_path4: string;
  readonly c_foldername: string;
}

/**
 * Copies all calendars and address books of one person to another, as further ones beside their own. Who left keeps
 * theirs, for as long as they are kept.
 *
 * @param from key of who left; `to` of who gets it
 * @param title what stands before each one's name
 * @returns how many
 * @throws Error when there are none, or they were handed over before
 */
export async function handOver(pool: Pool, from: string, to: string, title: string): Promise<number> {
  return unjudged(pool, async (query) => {
    const { rows } = await query<Folder>(
      "select c_folder_id, c_path3, c_path4, c_foldername from sogo_folder_info where c_path2 = $1 order by c_path",
      [from],
    );
    if (rows.length === 0) throw new Error(`"${from}" has no calendars or contacts here`);
    for (const { c_folder_id: old, c_path3: kind, c_path4: name, c_foldername: shown } of rows) {
      const place = `overtaget-${from}-${name}`;
      const { rows: made } = await query<{ id: number }>(
        `insert into sogo_folder_info (c_path, c_path1, c_path2, c_path3, c_path4, c_foldername, c_location, c_quick_location, c_acl_location, c_folder_type)
         select $2, c_path1, $3, c_path3, $4, $5, c_location, c_quick_location, c_acl_location, c_folder_type
         from sogo_folder_info where c_folder_id = $1 on conflict do nothing returning c_folder_id as id`,
        [old, `/Users/${to}/${kind}/${place}`, to, place, `${title}: ${shown}`.slice(0, 255)],
      );
      const id = made[0]?.id;
      if (id === undefined) throw new Error("they were handed over before");
      for (const table of ["sogo_store", "sogo_quick_appointment", "sogo_quick_contact"]) {
        await query(
          `insert into ${table} select (jsonb_populate_record(t, jsonb_build_object('c_folder_id', $2::int))).*
           from ${table} t where t.c_folder_id = $1`,
          [old, id],
        );
      }
    }
    return rows.length;
  });
}
