with run as (
  insert into ingestion.runs (execution_id, day, start_at) values ($1, $4, $5)
  on conflict (execution_id) do update set start_at = excluded.start_at
),
shards as (
  insert into ingestion.shards (execution_id, shard, state, worker)
  select $1, s.shard, 'running', s.worker from unnest($6::int[], $7::text[]) as s (shard, worker)
  on conflict (execution_id, shard) do update set worker = excluded.worker
)
insert into ingestion.told (execution_id, type, body)
select $1, $2, $3 where not exists (select from ingestion.told where execution_id = $1 and type = $2 and body = $3)
