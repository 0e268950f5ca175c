-- A stretch is as old as its last second.
insert into ingestion.closed_stretches (execution_id, first_second, last_second, closed_at, window_json, summary)
select $1, $2, $3, closed_at, $4, $5 from ingestion.closed_seconds where execution_id = $1 and second = $3
on conflict (execution_id, first_second) do update
  set closed_at = excluded.closed_at, window_json = excluded.window_json, summary = excluded.summary
