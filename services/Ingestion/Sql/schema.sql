create schema if not exists ingestion;

-- A run's accounts: who should report, up to where its seconds are closed, and who closes them.
create table if not exists ingestion.runs (
  execution_id uuid primary key,
  day date not null,
  start_at timestamptz,
  last_closed int not null default -1,
  lease_holder uuid,
  lease_until timestamptz not null default '-infinity',
  ended boolean not null default false,
  sealed_at timestamptz,
  seconds int,
  gaps text[],
  faults text[],
  total bytea
);
-- Other tools may add samples until the run is about to be sealed; else one that never stops would keep it from that.
alter table ingestion.runs add column if not exists takes_samples boolean not null default true;
create index if not exists runs_open on ingestion.runs (execution_id) where sealed_at is null and not ended;

create table if not exists ingestion.shards (
  execution_id uuid not null,
  shard int not null,
  state text not null,
  last_sequence int,
  sent bigint,
  outcomes bigint,
  ended_at timestamptz,
  primary key (execution_id, shard)
);

-- The worker's name came later than the table.
alter table ingestion.shards add column if not exists worker text;
-- A shard that carries a lost one's share on; its first second is null until it begins.
alter table ingestion.shards add column if not exists parent int;
alter table ingestion.shards add column if not exists first_second int;
-- Gaps that are known to the second and were closed again.
alter table ingestion.runs add column if not exists notes text[];
-- What a lost shard was to do, as JSON; and what all of them may have sent that nobody counted.
alter table ingestion.shards add column if not exists planned_work text;
alter table ingestion.runs add column if not exists unknown_max bigint default 0;

-- What the scheduler and the workers said of runs, in the order in which it was taken in, without repetitions. The accounts above
-- are made of it, and can be made again. What came after the seal is not in it.
create table if not exists ingestion.told (
  id bigint generated always as identity primary key,
  execution_id uuid not null,
  type text not null,
  body jsonb not null,
  after_seal boolean not null default false
);
create index if not exists told_by_run on ingestion.told (execution_id, id);

-- One second of one shard, and the operations in it. Nothing here is ever changed; partitions go as a whole.
create table if not exists ingestion.shard_windows (
  day date not null,
  execution_id uuid not null,
  shard int not null,
  sequence int not null,
  virtual_users int not null,
  load_seconds double precision not null,
  planned bigint not null,
  started bigint not null,
  dropped bigint not null,
  cancelled bigint not null,
  completed bigint not null,
  cut_short bigint not null,
  cpu_percent double precision not null,
  memory_bytes bigint not null,
  gc_pause_ms double precision not null,
  lag bytea not null,
  primary key (day, execution_id, sequence, shard)
) partition by range (day);

-- The delays, the phase and the custom metrics came later than the table.
alter table ingestion.shard_windows add column if not exists loop_delay_ms double precision not null default 0;
alter table ingestion.shard_windows add column if not exists pool_delay_ms double precision not null default 0;
alter table ingestion.shard_windows add column if not exists phase text;
alter table ingestion.shard_windows add column if not exists custom_metrics text;
-- And so did the generator's machine and what the probes told, as JSON.
alter table ingestion.shard_windows add column if not exists host text;
alter table ingestion.shard_windows add column if not exists probes text;

create table if not exists ingestion.endpoint_windows (
  day date not null,
  execution_id uuid not null,
  shard int not null,
  sequence int not null,
  scenario text not null,
  operation text not null,
  method text,
  path text,
  in_flight_before bigint not null,
  sent bigint not null,
  ok bigint not null,
  failed bigint not null,
  timed_out bigint not null,
  aborted bigint not null,
  checks_passed bigint not null,
  checks_failed bigint not null,
  bytes_sent bigint not null,
  bytes_received bigint not null,
  details text not null,
  response bytea not null,
  service bytea not null,
  primary key (day, execution_id, sequence, shard, scenario, operation)
) partition by range (day);

-- The kind came later than the table.
alter table ingestion.endpoint_windows add column if not exists kind text not null default 'request';

-- Seconds are read one by one. The keys began with the shard once: then each second read through all that the run had stored before.
do $$
declare
  name text;
begin
  foreach name in array array['shard_windows', 'endpoint_windows'] loop
    if (select indkey[2] > indkey[3] from pg_index where indrelid = ('ingestion.' || name)::regclass and indisprimary) then
      continue;
    end if;
    execute format('alter table ingestion.%I drop constraint %I', name, name || '_pkey');
    execute format('alter table ingestion.%I add primary key (day, execution_id, sequence, shard%s)', name,
      case name when 'endpoint_windows' then ', scenario, operation' else '' end);
  end loop;
end $$;

-- Samples that other tools sent, a batch a row: each batch is a shard of its own, with a number below 0, that owes nobody a report.
create table if not exists ingestion.sample_batches (
  execution_id uuid not null,
  shard int not null,
  key text not null,
  content_hash text not null,
  samples int not null,
  stored_at timestamptz not null,
  primary key (execution_id, shard),
  unique (execution_id, key)
);

-- Seconds that got a window after they were closed, to be closed again.
create table if not exists ingestion.late_seconds (
  execution_id uuid not null,
  second int not null,
  primary key (execution_id, second)
);

-- Seconds merged over their shards. Made from the windows, and can be made again.
create table if not exists ingestion.closed_seconds (
  execution_id uuid not null,
  second int not null,
  revision int not null,
  closed_at timestamptz not null,
  window_json bytea not null,
  primary key (execution_id, second)
);

-- The second's requests as one, beside the whole: what charts are drawn of. It came later than the table.
alter table ingestion.closed_seconds add column if not exists summary bytea;

-- Closed seconds merged once more (see Stretch), so that hours are not read by the second. Made from the seconds, and can be made again.
create table if not exists ingestion.closed_stretches (
  execution_id uuid not null,
  first_second int not null,
  last_second int not null,
  closed_at timestamptz not null,
  window_json bytea not null,
  summary bytea not null,
  primary key (execution_id, first_second)
);

-- What is to be told to others; a row goes when the broker has confirmed it.
create table if not exists ingestion.announcements (
  id bigint generated always as identity primary key,
  execution_id uuid not null,
  type text not null,
  body bytea not null
);
create index if not exists announcements_by_run on ingestion.announcements (execution_id, id);
