-- The event tables exactly as Marten 9 lays them out with all metadata on, and what our feed needs beside them:
-- mt_events.transaction_id with its index, feed_progress and feed_server. Runs in one transaction; may run again.
select pg_advisory_xact_lock(hashtextextended('{schema}.schema', 0));

create schema if not exists {schema};

create table if not exists {schema}.mt_streams (
  id uuid not null,
  type varchar,
  version bigint,
  timestamp timestamptz not null default now(),
  created timestamptz not null default now(),
  tenant_id varchar default '*DEFAULT*',
  is_archived boolean default false,
  constraint pkey_mt_streams_id primary key (id));

-- The quoted default of timestamp is a constant, frozen when the table is made: Marten's layout, so writers supply the time.
create table if not exists {schema}.mt_events (
  seq_id bigint not null,
  id uuid not null,
  stream_id uuid,
  version bigint not null,
  data jsonb not null,
  bdata bytea,
  type varchar(500) not null,
  timestamp timestamptz not null default '(now())',
  tenant_id varchar default '*DEFAULT*',
  mt_dotnet_type varchar,
  correlation_id varchar,
  causation_id varchar,
  headers jsonb,
  is_archived boolean default false,
  constraint pkey_mt_events_seq_id primary key (seq_id),
  constraint fkey_mt_events_stream_id foreign key (stream_id) references {schema}.mt_streams (id) on delete cascade);

create unique index if not exists pk_mt_events_stream_and_version on {schema}.mt_events (stream_id, version);

create sequence if not exists {schema}.mt_events_sequence owned by {schema}.mt_events.seq_id;

create table if not exists {schema}.mt_event_progression (
  name varchar not null,
  last_seq_id bigint,
  last_updated timestamptz default transaction_timestamp(),
  constraint pk_mt_event_progression primary key (name));

create table if not exists {schema}.mt_high_water_skips (
  ending_sequence bigint not null,
  starting_sequence bigint not null,
  timestamp timestamptz default transaction_timestamp(),
  constraint pkey_mt_high_water_skips_ending_sequence primary key (ending_sequence));

-- Filled by default, so that Marten's own inserts carry it too. Rows that were there before share one transaction.
alter table {schema}.mt_events add column if not exists transaction_id xid8 not null default pg_current_xact_id();

create index if not exists mt_events_transaction_id_seq_id on {schema}.mt_events (transaction_id, seq_id);

-- How far each projection and subscription has come; mt_event_progression only tells Marten about it.
create table if not exists {schema}.feed_progress (
  name varchar not null,
  transaction_id xid8 not null default '0',
  seq_id bigint not null default 0,
  constraint pkey_feed_progress_name primary key (name));

-- The server whose transaction ids the events carry. One row.
create table if not exists {schema}.feed_server (
  system_identifier bigint not null);

insert into {schema}.feed_server (system_identifier)
select system_identifier from pg_control_system() where not exists (select from {schema}.feed_server);
