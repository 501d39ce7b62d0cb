import pg from "pg";
import type { ListsSettings } from "../settings.ts";

/** Where rows are kept. */
export type Database = pg.Pool;

/** Tables of our own, beside Mailman's in the same database, so that both are restored to the same moment. */
const tables = `
create schema if not exists planb;
create table if not exists planb.roster (
  list text not null, role text not null, guid text not null, address text not null, name text not null,
  primary key (list, role, guid));
create table if not exists planb.people (
  guid text primary key, address text not null, name text not null);
create table if not exists planb.hand (
  list text not null, address text not null, guid text, name text not null,
  added_by text not null, added_at timestamptz not null default now(), primary key (list, address));
create unique index if not exists hand_guid on planb.hand (list, guid) where guid is not null;
create table if not exists planb.opted_out (
  list text not null, guid text not null, at timestamptz not null default now(), primary key (list, guid));
create table if not exists planb.applied (
  list text not null, address text not null, primary key (list, address));
create table if not exists planb.message (
  id bigint generated always as identity primary key, list text not null, message_id text not null,
  sent_at timestamptz not null, from_name text not null, from_address text not null, subject text not null,
  body text not null, attachments jsonb not null, broken boolean not null, raw bytea not null,
  words tsvector not null, unique (list, message_id));
-- When it came, whatever its sender's clock said.
alter table planb.message add column if not exists arrived_at timestamptz;
alter table planb.message alter column arrived_at set default now();
update planb.message set arrived_at = least(sent_at, now()) where arrived_at is null;
create table if not exists planb.kept (list text primary key, days int not null);
create table if not exists planb.alias (address text primary key, owner text not null);
create table if not exists planb.daily (one boolean primary key default true check (one), done_on date not null);
create index if not exists message_list on planb.message (list, sent_at desc, id desc);
create index if not exists message_words on planb.message using gin (words);
`;

/** Connects over TLS, checked against the stack's CA. */
export function openDatabase(
  { host, port, name, user }: ListsSettings["database"],
  password: string,
  caPem: string,
  log: (line: string) => void,
): Database {
  const ssl = { ca: caPem, servername: host, minVersion: "TLSv1.2" as const };
  const pool = new pg.Pool({ host, port, database: name, user, password, ssl, max: 4, connectionTimeoutMillis: 5000 });
  // A connection that breaks while idle is replaced; without this it would end the process.
  pool.on("error", (error) => log(`database: ${error.message}`));
  return pool;
}

/** Makes the tables that are missing. @throws while the database is away */
export async function makeTables(database: Database): Promise<void> {
  await database.query(tables);
}
