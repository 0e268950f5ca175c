create schema if not exists gateway;

create table if not exists gateway.users (
  id uuid primary key,
  user_name text not null,
  normalized_user_name text not null unique,
  password_hash text not null,
  security_stamp text,
  concurrency_stamp text,
  lockout_enabled boolean not null default true,
  lockout_end timestamptz,
  access_failed_count int not null default 0,
  role text not null check (role in ('viewer', 'engineer', 'admin')),
  is_active boolean not null default true,
  created_by text not null,
  created_at timestamptz not null
);

-- One sign-in of one person. Tokens and cookies only name it, so what ends it ends them all, at once.
create table if not exists gateway.sessions (
  id_hash bytea primary key,
  user_id uuid not null references gateway.users,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index if not exists sessions_of_user on gateway.sessions (user_id) where ended_at is null;

-- Keys of machines. No key can be had from its hash; the prefix is for people to tell keys apart.
create table if not exists gateway.api_keys (
  id uuid primary key,
  name text not null,
  prefix text not null,
  hash bytea not null unique,
  role text not null check (role in ('viewer', 'engineer', 'admin')),
  scopes text[] not null,
  owner uuid references gateway.users,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  revoked_by text
);
create unique index if not exists api_key_names on gateway.api_keys (name) where revoked_at is null;

-- What signs the tokens and cookies of all instances.
create table if not exists gateway.data_protection_keys (
  friendly_name text primary key,
  xml text not null,
  created_at timestamptz not null default now()
);

-- Who did what. Rows are never changed and never taken out one by one.
create table if not exists gateway.audit (
  id uuid primary key,
  at timestamptz not null,
  user_name text,
  via text not null,
  operation text,
  method text not null,
  path text not null,
  resource text,
  status int not null,
  address text,
  user_agent text,
  trace_id text
);
create index if not exists audit_at on gateway.audit (at desc, id desc);
create index if not exists audit_user on gateway.audit (user_name, at desc);
create index if not exists audit_operation on gateway.audit (operation, at desc);

create or replace function gateway.audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only';
end $$;
create or replace trigger audit_is_append_only before update or delete or truncate on gateway.audit
  for each statement execute function gateway.audit_is_append_only();
