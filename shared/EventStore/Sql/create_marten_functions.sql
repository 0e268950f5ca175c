-- What Marten's daemon and archiving call when it runs on these tables and makes none of its own. We call none of it.
create table if not exists {schema}.mt_doc_deadletterevent (
  id uuid not null,
  data jsonb not null,
  mt_last_modified timestamptz default transaction_timestamp(),
  mt_version uuid not null default (md5(random()::text || clock_timestamp()::text)::uuid),
  mt_dotnet_type varchar,
  constraint pkey_mt_doc_deadletterevent_id primary key (id));

create or replace function {schema}.mt_mark_event_progression(name varchar, last_encountered bigint) returns void
language sql as $$
  insert into {schema}.mt_event_progression (name, last_seq_id, last_updated) values ($1, $2, transaction_timestamp())
  on conflict on constraint pk_mt_event_progression do update
  set last_seq_id = excluded.last_seq_id, last_updated = excluded.last_updated;
$$;

-- Moves a mark from the start to the end of a hole in the sequence, if it stands there or is new. Returns where it stands.
create or replace function {schema}.mt_mark_progression_with_skip(
  shard_name varchar, ending_sequence bigint, starting_sequence bigint) returns bigint
language sql as $$
  with marked as (
    insert into {schema}.mt_event_progression as p (name, last_seq_id, last_updated) values ($1, $2, transaction_timestamp())
    on conflict on constraint pk_mt_event_progression do update
    set last_seq_id = excluded.last_seq_id, last_updated = excluded.last_updated where p.last_seq_id = $3
    returning last_seq_id
  ), skipped as (
    insert into {schema}.mt_high_water_skips (ending_sequence, starting_sequence) select $2, $3 from marked where $2 > $3
    on conflict on constraint pkey_mt_high_water_skips_ending_sequence do nothing
  )
  select coalesce((select last_seq_id from marked), (select p.last_seq_id from {schema}.mt_event_progression p where p.name = $1));
$$;

create or replace function {schema}.mt_archive_stream(streamid uuid) returns void
language sql as $$
  update {schema}.mt_events set is_archived = true where stream_id = $1;
  update {schema}.mt_streams set is_archived = true where id = $1;
$$;
