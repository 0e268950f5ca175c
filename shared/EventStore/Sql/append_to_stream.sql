-- Moves a stream from version $2 to $3 and appends the first event. If the stream is not at $2, "stream" is empty, the
-- event's version becomes null, and the table's not-null constraint throws: a lost race can never look like a success.
with stream as (
  update {schema}.mt_streams set version = $3, timestamp = $4
  where id = $1 and version = $2 and not is_archived
  returning $2 + 1 as first_version
)
insert into {schema}.mt_events (seq_id, stream_id, version, timestamp, id, data, type, mt_dotnet_type, headers,
  correlation_id, causation_id, tenant_id, is_archived)
values (nextval('{schema}.mt_events_sequence'), $1, (select first_version from stream), $4, $5, $6, $7, $8, $9, $10, $11,
  '*DEFAULT*', false)
returning seq_id;
