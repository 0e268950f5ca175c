create table if not exists {table} (
  id {id_type} not null,
  data jsonb not null,
  mt_last_modified timestamptz default transaction_timestamp(),
  mt_version uuid not null default (md5(random()::text || clock_timestamp()::text)::uuid),
  mt_dotnet_type varchar,
  constraint pkey_{table_name}_id primary key (id));
