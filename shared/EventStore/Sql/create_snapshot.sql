create table if not exists {table} (
  id {id_type} not null,
  data jsonb not null,
  mt_last_modified timestamptz default transaction_timestamp(),
  mt_dotnet_type varchar,
  mt_version bigint not null default 0,
  constraint pkey_{table_name}_id primary key (id));
