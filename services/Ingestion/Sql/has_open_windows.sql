-- Whether there are windows that no closed second has in it.
select exists (select from ingestion.late_seconds where execution_id = $2)
  or exists (select from ingestion.shard_windows where day = $1 and execution_id = $2 and sequence > $3)
