select seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers, is_archived
from {schema}.mt_events
where stream_id = $1 and version between $2 and $3 and timestamp <= $4 and not is_archived
order by version;
