-- The order of the feed is (transaction_id, seq_id), and it is settled only below the oldest transaction still running:
-- whoever commits late still comes after what has been read. What is not settled is shown as such and must not be used.
select seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers, is_archived,
  transaction_id,
  transaction_id < (select pg_snapshot_xmin(pg_current_snapshot())) as is_settled
from {schema}.mt_events
where (transaction_id, seq_id) > ($1, $2)
order by transaction_id, seq_id
limit $3;
