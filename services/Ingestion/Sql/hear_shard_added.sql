with shard as (
  insert into ingestion.shards (execution_id, shard, state, worker, parent, first_second) values ($1, $4, 'running', $5, $6, $7)
  on conflict (execution_id, shard) do update
    set worker = excluded.worker, parent = excluded.parent, first_second = coalesce(excluded.first_second, shards.first_second)
)
insert into ingestion.told (execution_id, type, body)
select $1, $2, $3 where not exists (select from ingestion.told where execution_id = $1 and type = $2 and body = $3)
