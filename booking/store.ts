import { Pool } from "pg";
import { isBookableId } from "../model/bookable.ts";
import { type Occurrence, occurrencesOf, UnboundedSeries } from "./occurrences.ts";
import { bookablesSql, schemaSql } from "./schema.ts";
import { type Bookable, type BookingSettings, bookableSchema } from "./settings.ts";

/** An appointment of a resource's calendar that a request made or changed. */
export interface Changed {
  readonly bookable: Bookable;
  readonly folder: number;
  readonly name: string;
  readonly ics: string;
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
  /** Forgets the changes written down so far. */
  settle(): Promise<void>;
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
  readonly name: string;
  readonly ics: string;
}

/** Keys of the two tables whose changes are written down. */
const sources = ["sogo_store", "sogo_quick_appointment"] as const;

/**
 * @param ca PEM of the stack's authority
 * @param log told of an appointment nobody can read
 */
export function bookingStore(
  settings: BookingSettings,
  secret: { readonly password: string; readonly ca: string },
  log: (line: string) => void,
): BookingStore {
  const { host, port, name: database, user } = settings.database;
  const pool = new Pool({
    ...{ host, port, database, user, password: secret.password },
    ssl: { ca: secret.ca, servername: host },
    max: 2,
    connectionTimeoutMillis: 5000,
    statement_timeout: 15_000,
  });
  pool.on("error", (error) => log(`database: ${error.message}`));
  let byId: ReadonlyMap<string, Bookable> = new Map();

  /** What cannot be laid out takes the whole time asked for: better one booking too few than two. */
  function meetings(bookable: Bookable, { name, ics }: Row, from: number, to: number): readonly Occurrence[] {
    try {
      return occurrencesOf(ics, bookable.addresses, settings.maxSeriesDays * 3);
    } catch (error) {
      log(`${bookable.id}: ${name}: ${error instanceof Error ? error.name : "unknown"}`);
      return [{ start: from, end: to, summary: "", organizer: "", isPrivate: true }];
    }
  }

  async function rows(id: string, from: number, to: number, except: string): Promise<readonly Row[]> {
    // A series is always looked at: its moved meetings may lie outside of what its extract says.
    const { rows } = await pool.query<Row>(
      `select s.c_name as name, s.c_content as ics from sogo_folder_info f
         join sogo_store s on s.c_folder_id = f.c_folder_id
         join sogo_quick_appointment q on q.c_folder_id = s.c_folder_id and q.c_name = s.c_name
       where f.c_path2 = $1 and f.c_folder_type = 'Appointment' and coalesce(s.c_deleted, 0) = 0 and s.c_name <> $4
         and (q.c_iscycle = 1 or (q.c_startdate < $3 and q.c_enddate > $2))`,
      [id, Math.floor(from / 1000), Math.ceil(to / 1000), except],
    );
    return rows;
  }

  const within = (all: readonly Occurrence[], from: number, to: number) =>
    all.filter((one) => one.start < to && one.end > from);

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
    async settle() {
      await pool.query("delete from planb_change");
    },
    async changed() {
      const { rows } = await pool.query<{ id: string; folder: number; name: string; ics: string }>(
        `select distinct f.c_path2 as id, s.c_folder_id as folder, s.c_name as name, s.c_content as ics
         from planb_change c
           join sogo_folder_info f on f.c_folder_id = c.folder
           join planb_bookable b on b.id = f.c_path2
           join sogo_store s on s.c_folder_id = c.folder and s.c_name = c.name
         where coalesce(s.c_deleted, 0) = 0`,
      );
      return rows.flatMap(({ id, ...row }) => {
        const bookable = byId.get(id);
        return bookable ? [{ ...row, bookable }] : [];
      });
    },
    async undo() {
      const client = await pool.connect();
      try {
        await client.query("begin");
        await client.query("set local planb.undo = 'on'");
        const { rows } = await client.query<{ seq: string; source: string; folder: number; name: string; old: object }>(
          "select seq, source, folder, name, old from planb_change order by seq desc",
        );
        for (const { source, folder, name, old } of rows) {
          const table = sources.find((known) => known === source);
          if (!table) throw new Error(`planb_change: unknown table "${source}"`);
          await client.query(`delete from ${table} where c_folder_id = $1 and c_name = $2`, [folder, name]);
          if (old) {
            await client.query(`insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`, [old]);
          }
        }
        await client.query("delete from planb_change");
        await client.query("commit");
      } catch (error) {
        await client.query("rollback");
        throw error;
      } finally {
        client.release();
      }
    },
    async others({ bookable, name }, from, to) {
      const found = await rows(bookable.id, from, to, name);
      return within(
        found.flatMap((row) => meetings(bookable, row, from, to)),
        from,
        to,
      );
    },
    async between(bookable, from, to) {
      const found = await rows(bookable.id, from, to, "");
      return within(
        found.flatMap((row) => meetings(bookable, row, from, to)),
        from,
        to,
      ).sort((a, b) => a.start - b.start);
    },
  };
}

/** Lays out a changed appointment, or says why that cannot be done. */
export function layOut(change: Changed, maxSeriesDays: number): readonly Occurrence[] | Unjudged {
  try {
    return occurrencesOf(change.ics, change.bookable.addresses, maxSeriesDays);
  } catch (error) {
    return error instanceof UnboundedSeries ? "endless" : "unreadable";
  }
}
