import { createHash } from "node:crypto";
import type { Database } from "./database.ts";
import { type MailFile, readMail } from "./mail.ts";

/** A mail in the archive's list. */
export interface Entry {
  readonly id: string;
  readonly sentAt: Date;
  readonly fromName: string;
  readonly subject: string;
  readonly files: number;
}

/** A mail in the archive. */
export interface Kept {
  readonly id: string;
  readonly sentAt: Date;
  readonly fromName: string;
  readonly fromAddress: string;
  readonly subject: string;
  readonly body: string;
  readonly attachments: readonly MailFile[];
  /** Whether it could not be read as a mail. */
  readonly broken: boolean;
}

/** Mails on one page of the archive. */
export const pageSize = 30;

/** What was sent to the lists, with a search that knows Danish word forms. */
export class Archive {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Keeps a mail; the same one again changes nothing. */
  async keep(list: string, raw: Uint8Array): Promise<void> {
    const mail = await readMail(raw);
    const id = mail.messageId || `sha256:${createHash("sha256").update(raw).digest("hex")}`;
    await this.#database.query(
      `insert into planb.message
         (list, message_id, sent_at, from_name, from_address, subject, body, attachments, raw, broken, words)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
         setweight(to_tsvector('danish', $6), 'A') || setweight(to_tsvector('danish', $4), 'B')
         || to_tsvector('danish', left($7, 100000)))
       on conflict do nothing`,
      [
        ...[list, id, sentTime(mail.sentAt), mail.fromName, mail.fromAddress, mail.subject, mail.text],
        ...[JSON.stringify(mail.files), Buffer.from(raw), mail.broken],
      ],
    );
  }

  /**
   * One page of a list, newest first.
   *
   * @param search words to look for, as in a web search; "" for all
   * @param page from 0
   */
  async page(list: string, search: string, page: number): Promise<{ entries: readonly Entry[]; more: boolean }> {
    const { rows } = await this.#database.query<Entry>(
      `select id::text, sent_at "sentAt", from_name "fromName", subject, jsonb_array_length(attachments) files
         from planb.message where list = $1 and ($2 = '' or words @@ websearch_to_tsquery('danish', $2))
        order by sent_at desc, id desc limit $3 offset $4`,
      [list, search, pageSize + 1, page * pageSize],
    );
    return { entries: rows.slice(0, pageSize), more: rows.length > pageSize };
  }

  async find(list: string, id: string): Promise<Kept | undefined> {
    const { rows } = await this.#database.query<Kept>(
      `select id::text, sent_at "sentAt", from_name "fromName", from_address "fromAddress", subject, body, attachments, broken
         from planb.message where list = $1 and id = $2`,
      [list, id],
    );
    return rows[0];
  }

  async raw(list: string, id: string): Promise<Uint8Array | undefined> {
    const { rows } = await this.#database.query<{ raw: Buffer }>(
      "select raw from planb.message where list = $1 and id = $2",
      [list, id],
    );
    return rows[0]?.raw;
  }

  async remove(list: string, id: string): Promise<void> {
    await this.#database.query("delete from planb.message where list = $1 and id = $2", [list, id]);
  }

  /** Remembers how many days each list keeps what was sent, for when it is no longer in the stack file. */
  async keepFor(lists: readonly { readonly name: string; readonly archiveDays: number }[]): Promise<void> {
    await this.#database.query(
      `insert into planb.kept (list, days) select * from unnest($1::text[], $2::int[])
       on conflict (list) do update set days = excluded.days`,
      [lists.map(({ name }) => name), lists.map(({ archiveDays }) => archiveDays)],
    );
  }

  /** Forgets what came longer ago than its list keeps it, also of lists that are no longer in the stack file. */
  async forget(): Promise<void> {
    await this.#database.query(
      `delete from planb.message m using planb.kept k
        where k.list = m.list and m.arrived_at < now() - make_interval(days => k.days)`,
    );
  }
}

/** A mail's own time, unless it claims to come from the future or from before there was mail: then now. */
function sentTime(claimed: Date | undefined, now = new Date()): Date {
  const time = claimed?.getTime() ?? Number.NaN;
  return time > Date.UTC(1990, 0, 1) && time < now.getTime() + 86_400_000 ? new Date(time) : now;
}
