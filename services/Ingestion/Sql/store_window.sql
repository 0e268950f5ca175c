-- Stores one window and its operations once, whatever comes twice. The run is locked against the closer of its seconds, by the
-- statement before this one: either the closer sees this window, or we see that its second is closed already and mark it late.
-- Null when nobody has spoken of the run yet: then nothing is stored.
with run as (
  select last_closed from ingestion.runs where execution_id = $2
),
fresh as (
  insert into ingestion.shard_windows (day, execution_id, shard, sequence, virtual_users, load_seconds, planned, started, dropped, cancelled,
    completed, cut_short, cpu_percent, memory_bytes, gc_pause_ms, loop_delay_ms, pool_delay_ms, lag, phase, custom_metrics, host, probes)
  select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $37, $38, $39, $40 from run
  on conflict do nothing
  returning 1
),
endpoints as (
  insert into ingestion.endpoint_windows
  select $1, $2, $3, $4, o.*
  from unnest($19::text[], $20::text[], $21::text[], $22::text[], $23::bigint[], $24::bigint[], $25::bigint[], $26::bigint[], $27::bigint[],
    $28::bigint[], $29::bigint[], $30::bigint[], $31::bigint[], $32::bigint[], $33::text[], $34::bytea[], $35::bytea[], $36::text[]) as o
  where exists (select from fresh)
),
late as (
  insert into ingestion.late_seconds
  select $2, $4 from run where run.last_closed >= $4 and exists (select from fresh)
  on conflict do nothing
)
select case when exists (select from run) then (select count(*) from fresh) end
