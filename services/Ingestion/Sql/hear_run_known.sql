with fresh as (
  insert into ingestion.runs (execution_id, day) values ($1, $4) on conflict do nothing returning 1
)
insert into ingestion.told (execution_id, type, body)
select $1, $2, $3 from fresh where not exists (select from ingestion.told where execution_id = $1 and type = $2)
