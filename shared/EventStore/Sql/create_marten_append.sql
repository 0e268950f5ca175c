-- The function through which Marten's default append mode writes; we never call it.
create or replace function {schema}.mt_quick_append_events(
  stream uuid, stream_type varchar, tenantid varchar, event_ids uuid[], event_types varchar[], dotnet_types varchar[],
  bodies jsonb[], bdatas bytea[], causation_ids varchar[], correlation_ids varchar[], headers jsonb[],
  timestamps timestamptz[], expected_version bigint default null) returns bigint[]
language plpgsql as $$
declare
  current_version bigint;
  archived boolean;
  sequence bigint;
  result bigint[];
begin
  select s.version, s.is_archived into current_version, archived from {schema}.mt_streams s where s.id = stream;
  if expected_version is not null and expected_version <> coalesce(current_version, 0) then
    raise exception 'Stream % is at version %, not %', stream, coalesce(current_version, 0), expected_version
      using errcode = 'MT003';
  end if;
  if archived then
    raise exception 'Stream % is archived', stream using errcode = 'MT001';
  end if;
  if current_version is null then
    current_version := 0;
    insert into {schema}.mt_streams (id, type, version, timestamp, tenant_id) values (stream, stream_type, 0, now(), tenantid);
  end if;
  for number in 1 .. coalesce(cardinality(event_ids), 0) loop
    current_version := current_version + 1;
    sequence := nextval('{schema}.mt_events_sequence');
    result := array_append(result, sequence);
    insert into {schema}.mt_events (seq_id, id, stream_id, version, data, bdata, type, timestamp, tenant_id, mt_dotnet_type,
      correlation_id, causation_id, headers, is_archived)
    values (sequence, event_ids[number], stream, current_version, bodies[number], bdatas[number], event_types[number],
      timestamps[number], tenantid, dotnet_types[number], correlation_ids[number], causation_ids[number], headers[number], false);
  end loop;
  update {schema}.mt_streams set version = current_version, timestamp = now() where id = stream;
  return array_prepend(current_version, result);
end $$;
