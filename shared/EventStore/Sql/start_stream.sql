-- Starts a stream that will be at version $3, with its first event. A stream that exists makes a unique index throw.
with stream as (
  insert into {schema}.mt_streams (id, type, version, timestamp, created, tenant_id, is_archived)
  values ($1, $2, $3, $4, $4, '*DEFAULT*', false)
)
insert into {schema}.mt_events (seq_id, stream_id, version, timestamp, id, data, type, mt_dotnet_type, headers,
  correlation_id, causation_id, tenant_id, is_archived)
values (nextval('{schema}.mt_events_sequence'), $1, 1, $4, $5, $6, $7, $8, $9, $10, $11, '*DEFAULT*', false)
returning seq_id;
