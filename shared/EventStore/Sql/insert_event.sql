-- A further event of a stream that was moved in the same transaction.
insert into {schema}.mt_events (seq_id, stream_id, version, timestamp, id, data, type, mt_dotnet_type, headers,
  correlation_id, causation_id, tenant_id, is_archived)
values (nextval('{schema}.mt_events_sequence'), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '*DEFAULT*', false)
returning seq_id;
