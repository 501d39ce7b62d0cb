import type { Pool } from "pg";
import { isBookableId } from "../model/bookable.ts";
import { unjudged } from "./database.ts";
import { type Occurrence, occurrencesOf, UnboundedSeries } from "./occurrences.ts";
import { bookablesSql, schemaSql } from "./schema.ts";
import { type Bookable, type BookingSettings, bookableSchema } from "./settings.ts";

/** An appointment of a resource's calendar that a request made or changed. */
export interface Changed {
  readonly bookable: Bookable;
  readonly folder: number;
  readonly name: string;
  readonly ics: string;
  /** What it was before the request; absent where it was not there. */
  readonly before?: string;
}

/** From the first to the last moment that an appointment takes, in ms since 1970. */
export interface Span {
  readonly folder: number;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Why a resource's appointment cannot be judged. */
export type Unjudged = "endless" | "unreadable";

/** SOGo's calendars, as far as bookings need them. */
export interface BookingStore {
  /** Makes the tables for rooms and equipment. @returns those copied from the existing directory when this was last run */
  open(): Promise<readonly Bookable[]>;
  /** Tells the database which rooms and equipment there are; SOGo reads them there. */
  declare(bookables: readonly Bookable[]): Promise<void>;
  /** Has changes written down from now on. Fails while SOGo has not made its tables. */
  prepare(): Promise<void>;
  /** Forgets the changes written down so far. @param spans of resources' appointments among them, to be found again by */
  settle(spans: readonly Span[]): Promise<void>;
  /** Texts of all appointments among the changes written down that repeat, of people too. */
  repeating(): Promise<readonly string[]>;
  /** Resources' appointments among the changes written down, as they are now. */
  changed(): Promise<readonly Changed[]>;
  /** Takes back every change written down. */
  undo(): Promise<void>;
  /** Meetings of all other appointments of a calendar that may touch the time between two moments. */
  others(change: Changed, from: number, to: number): Promise<readonly Occurrence[]>;
  /** Meetings of a resource between two moments. */
  between(bookable: Bookable, from: number, to: number): Promise<readonly Occurrence[]>;
}

interface Row {
  readonly folder: number;
  readonly name: string;
  readonly ics: string;
  /** Whether it repeats and nobody has written down yet until when. */
  readonly isNew: boolean;
}

/** Keys of the two tables whose changes are written down. */
const sources = ["sogo_store", "sogo_quick_appointment"] as const;

/** @param log told of an appointment nobody can read */
export function bookingStore(settings: BookingSettings, pool: Pool, log: (line: string) => void): BookingStore {
  let byId: ReadonlyMap<string, Bookable> = new Map();

  /** @returns undefined for what cannot be laid out */
  function meetings(bookable: Bookable, { name, ics }: Row): readonly Occurrence[] | undefined {
    try {
      return occurrencesOf(ics, bookable.addresses, settings.maxSeriesDays * 3);
    } catch (error) {
      log(`${bookable.id}: ${name}: ${error instanceof Error ? error.name : "unknown"}`);
      return undefined;
    }
  }

  /** Meetings of a resource. What cannot be laid out takes the whole time: better one booking too few than two. */
  async function find(bookable: Bookable, from: number, to: number, except = "") {
    const whole = { start: from, end: to, summary: "", organizer: "", isPrivate: true };
    const found: { meetings: Occurrence[]; spans: Span[] } = { meetings: [], spans: [] };
    // One after the other, and nothing is kept of those that are over: a room may have thousands.
    for (const row of await rows(bookable.id, from, to, except)) {
      const taken = meetings(bookable, row);
      if (row.isNew && taken) found.spans.push(spanOf(row, taken));
      found.meetings.push(...(taken ?? [whole]).filter((one) => one.start < to && one.end > from));
    }
    return found;
  }

  async function rows(id: string, from: number, to: number, except: string): Promise<readonly Row[]> {
    // A series nobody has laid out yet is always looked at, as is what changes right now: moved meetings may lie outside of
    // what SOGo's extract says.
    const { rows } = await pool.query<Row>(
      `select s.c_folder_id as folder, s.c_name as name, s.c_content as ics,
           p.name is null and q.c_iscycle = 1 as "isNew"
         from sogo_folder_info f
         join sogo_quick_appointment q on q.c_folder_id = f.c_folder_id
         left join planb_span p on p.folder = q.c_folder_id and p.name = q.c_name
           and not exists (select from planb_change c where c.folder = q.c_folder_id and c.name = q.c_name)
         join sogo_store s on s.c_folder_id = q.c_folder_id and s.c_name = q.c_name
       where f.c_path2 = $1 and f.c_folder_type = 'Appointment' and coalesce(s.c_deleted, 0) = 0 and s.c_name <> $4
         and case when p.name is null then q.c_iscycle = 1 or (q.c_startdate < $3 and q.c_enddate > $2)
             else p.starts < $3 and p.ends > $2 end`,
      [id, Math.floor(from / 1000), Math.ceil(to / 1000), except],
    );
    return rows;
  }

  return {
    async open() {
      await pool.query(bookablesSql);
      const { rows } = await pool.query<{ about: unknown }>("select about from planb_bookable where id like 'ad-%'");
      const kept = rows.flatMap(({ about }) => bookableSchema.safeParse(about).data ?? []);
      return kept.filter(({ id }) => isBookableId(id));
    },
    async declare(bookables) {
      const rows = bookables.map((about) => ({
        ...{ id: about.id, name: about.name, concurrent: about.concurrent, mail: about.addresses[0] ?? "", about },
        // SOGo's words.
        kind: about.kind === "room" ? "location" : "thing",
      }));
      await pool.query("delete from planb_bookable where id <> all ($1::text[])", [bookables.map(({ id }) => id)]);
      await pool.query(
        `insert into planb_bookable select * from jsonb_populate_recordset(null::planb_bookable, $1)
         on conflict (id) do update set (name, mail, kind, concurrent, about) = (excluded.name, excluded.mail, excluded.kind, excluded.concurrent, excluded.about)`,
        [JSON.stringify(rows)],
      );
      byId = new Map(bookables.map((bookable) => [bookable.id, bookable]));
    },
    async prepare() {
      await pool.query(schemaSql);
    },
    async settle(spans) {
      await pool.query(
        `with gone as (delete from planb_change returning folder, name),
           stale as (delete from planb_span p using gone g where p.folder = g.folder and p.name = g.name
             and not exists (select from jsonb_to_recordset($1::jsonb) as n(folder int, name text) where n.folder = p.folder and n.name = p.name))
         insert into planb_span select folder, name, starts, ends from jsonb_populate_recordset(null::planb_span, $1)
         on conflict (folder, name) do update set (starts, ends) = (excluded.starts, excluded.ends)`,
        [JSON.stringify(spans.map(inSeconds))],
      );
    },
    async repeating() {
      const { rows } = await pool.query<{ ics: string }>(
        `select s.c_content as ics from sogo_store s
         where exists (select from planb_change c where c.folder = s.c_folder_id and c.name = s.c_name)
           and coalesce(s.c_deleted, 0) = 0 and s.c_content ~* 'RRULE'`,
      );
      return rows.map(({ ics }) => ics);
    },
    async changed() {
      const { rows } = await pool.query<Row & { id: string; before: string | null }>(
        `select distinct on (s.c_folder_id, s.c_name) f.c_path2 as id, s.c_folder_id as folder, s.c_name as name,
           s.c_content as ics, case when coalesce((c.old->>'c_deleted')::int, 0) = 0 then c.old->>'c_content' end as before
         from planb_change c
           join sogo_folder_info f on f.c_folder_id = c.folder
           join planb_bookable b on b.id = f.c_path2
           join sogo_store s on s.c_folder_id = c.folder and s.c_name = c.name
         where c.source = 'sogo_store' and coalesce(s.c_deleted, 0) = 0
         order by s.c_folder_id, s.c_name, c.seq`,
      );
      return rows.flatMap(({ id, before, ...row }) => {
        const bookable = byId.get(id);
        return bookable ? [{ ...row, bookable, ...(before === null ? {} : { before }) }] : [];
      });
    },
    async undo() {
      await unjudged(pool, async (query) => {
        const { rows } = await query<{ source: string; folder: number; name: string; old: object }>(
          "select source, folder, name, old from planb_change order by seq desc",
        );
        for (const { source, folder, name, old } of rows) {
          const table = sources.find((known) => known === source);
          if (!table) throw new Error(`planb_change: unknown table "${source}"`);
          await query(`delete from ${table} where c_folder_id = $1 and c_name = $2`, [folder, name]);
          if (old) await query(`insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`, [old]);
        }
        await query("delete from planb_change");
      });
    },
    async others({ bookable, name }, from, to) {
      const { meetings, spans } = await find(bookable, from, to, name);
      // Not of what changes right now, which may be taken back.
      await pool.query(
        `insert into planb_span select n.* from jsonb_populate_recordset(null::planb_span, $1) n
         where not exists (select from planb_change c where c.folder = n.folder and c.name = n.name)
         on conflict do nothing`,
        [JSON.stringify(spans.map(inSeconds))],
      );
      return meetings;
    },
    async between(bookable, from, to) {
      const { meetings } = await find(bookable, from, to);
      return [...meetings].sort((a, b) => a.start - b.start);
    },
  };
}

/** From the first to the last moment of an appointment; one that takes nothing is never found. */
export const spanOf = ({ folder, name }: Pick<Span, "folder" | "name">, taken: readonly Occurrence[]): Span =>
  taken.length === 0
    ? { folder, name, from: 0, to: 0 }
    : {
        ...{ folder, name },
        from: Math.min(...taken.map(({ start }) => start)),
        to: Math.max(...taken.map(({ end }) => end)),
      };

const inSeconds = ({ folder, name, from, to }: Span) => ({
  ...{ folder, name },
  starts: Math.floor(from / 1000),
  ends: Math.ceil(to / 1000),
});

/** Lays out a changed appointment, or says why that cannot be done. */
export function layOut(change: Changed, maxSeriesDays: number): readonly Occurrence[] | Unjudged {
  try {
    return occurrencesOf(change.ics, change.bookable.addresses, maxSeriesDays);
  } catch (error) {
    return error instanceof UnboundedSeries ? "endless" : "unreadable";
  }
}
