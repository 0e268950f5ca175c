-- The events of one stream that a consumer at ($2, $3) has seen.
select seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers, is_archived
from {schema}.mt_events
where stream_id = $1 and (transaction_id, seq_id) <= ($2, $3) and not is_archived
order by version;
