with run as (
  update ingestion.runs set ended = true where execution_id = $1 and start_at is null and not ended returning 1
)
insert into ingestion.told (execution_id, type, body)
select $1, $2, $3 from run where not exists (select from ingestion.told where execution_id = $1 and type = $2)
