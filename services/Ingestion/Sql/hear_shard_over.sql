-- One that is lost stays lost, and one that says what it did is believed, in whatever order that comes: a worker that was frozen
-- may tell it after it was given up. What was said of the shard first stays; it is written down in the order in which it was taken in.
with taken as (
  insert into ingestion.shards (execution_id, shard, state, last_sequence, sent, outcomes, ended_at, planned_work) values ($1, $4, $5, $6, $7, $8, $9, $10)
  on conflict (execution_id, shard) do update
    set state = case when 'lost' in (shards.state, excluded.state) then 'lost' else excluded.state end,
      last_sequence = coalesce(shards.last_sequence, excluded.last_sequence),
      sent = coalesce(shards.sent, excluded.sent),
      outcomes = coalesce(shards.outcomes, excluded.outcomes),
      ended_at = coalesce(shards.ended_at, excluded.ended_at),
      planned_work = coalesce(shards.planned_work, excluded.planned_work)
  returning 1
)
insert into ingestion.told (execution_id, type, body, after_seal)
select $1, $2, $3, exists (select from ingestion.runs where execution_id = $1 and sealed_at is not null) from taken
where not exists (select from ingestion.told where execution_id = $1 and type = $2 and body - 'ended_at' = $3 - 'ended_at')
