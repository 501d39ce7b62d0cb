/**
 * Rooms and equipment as SOGo's source of resources; run before SOGo starts. Nobody logs in as one: no password ever
 * has this hash.
 *
 * SOGo cuts as many letters off the end of what it searches for as there are letters outside ASCII in it, and with them the
 * sign for "and whatever follows": "Mødelok" would find nothing. Names here take that sign as said.
 */
export const bookablesSql = `
set local client_min_messages = warning;
create table if not exists planb_bookable (
  id text primary key, name text not null, mail text not null, kind text not null, concurrent int not null);
alter table planb_bookable add column if not exists about jsonb not null default '{}';
do $$ begin
  if to_regtype('planb_name') is null then
    create domain planb_name as text;
    create domain planb_upper_name as text;
    create function upper(planb_name) returns planb_upper_name immutable language sql as 'select pg_catalog.upper($1::text)::planb_upper_name';
    create function planb_like(planb_upper_name, text) returns boolean immutable language sql as $like$ select $1::text like $2 || '%' $like$;
    create operator ~~ (function = planb_like, leftarg = planb_upper_name, rightarg = text);
  end if;
end $$;
drop view if exists planb_bookables;
create view planb_bookables as
  select id as c_uid, id as c_name, '$6$nobody$' as c_password, name::planb_name as c_cn, mail, kind, concurrent as mb from planb_bookable;
`;

/**
 * What the calendar's database needs beside SOGo's own tables: every change of an appointment is written down for as
 * long as it is being judged, and what stands in a resource's calendar always takes its time.
 *
 * SOGo's names: `sogo_folder_info` has the calendars, `sogo_store` the appointments, `sogo_quick_appointment` their
 * extract. Run in one transaction, at every start, once SOGo's tables are there.
 */
export const schemaSql = `
set local client_min_messages = warning;
create unlogged table if not exists planb_change (
  seq bigserial primary key, source text not null, folder int not null, name text not null, old jsonb);
-- From when until when a resource's appointment takes something, its moved meetings too; seconds since 1970.
create table if not exists planb_span (
  folder int not null, name text not null, starts bigint not null, ends bigint not null, primary key (folder, name));
-- People who were deleted, and since when.
create table if not exists planb_leaver (guid text primary key, since timestamptz not null);
create index if not exists planb_change_name on planb_change (folder, name);
create index if not exists planb_folder_id on sogo_folder_info (c_folder_id);
create index if not exists planb_folder_owner on sogo_folder_info (c_path2);

create or replace function planb_note_change() returns trigger language plpgsql as $$
declare
  folder constant int := case when tg_op = 'INSERT' then new.c_folder_id else old.c_folder_id end;
begin
  if current_setting('planb.undo', true) = 'on' then return null; end if;
  -- Contacts lie in the same table.
  if not exists (select from sogo_folder_info f where f.c_folder_id = folder and f.c_folder_type = 'Appointment') then
    return null;
  end if;
  if tg_op = 'INSERT' then
    insert into planb_change (source, folder, name) values (tg_table_name, new.c_folder_id, new.c_name);
  else
    insert into planb_change (source, folder, name, old) values (tg_table_name, old.c_folder_id, old.c_name, to_jsonb(old));
  end if;
  return null;
end $$;

create or replace function planb_always_busy() returns trigger language plpgsql as $$
begin
  if exists (select from sogo_folder_info f join planb_bookable b on f.c_path2 = b.id where f.c_folder_id = new.c_folder_id) then
    new.c_isopaque := 1;
  end if;
  return new;
end $$;

create or replace trigger planb_note_change after insert or update or delete on sogo_store
  for each row execute function planb_note_change();
create or replace trigger planb_note_change after insert or update or delete on sogo_quick_appointment
  for each row execute function planb_note_change();
create or replace trigger planb_always_busy before insert or update on sogo_quick_appointment
  for each row execute function planb_always_busy();
`;
