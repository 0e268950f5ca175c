insert into ingestion.closed_seconds (execution_id, second, revision, closed_at, window_json, summary)
values ($1, $2, 0, $3, $4, $5)
on conflict (execution_id, second) do update
  set revision = closed_seconds.revision + 1, closed_at = excluded.closed_at, window_json = excluded.window_json, summary = excluded.summary
returning revision
