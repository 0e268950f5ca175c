-- Only the holder of a run's lease merges, closes and publishes. One that has not renewed it is taken to be gone. A run is open
-- until it is sealed and everything of it was told.
with open as (
  select execution_id from ingestion.runs where sealed_at is null and not ended
  union
  select execution_id from ingestion.announcements
),
renewed as (
  update ingestion.runs
  set lease_holder = $1, lease_until = $2 + interval '5 seconds'
  where execution_id in (select execution_id from open)
    and ((lease_holder = $1 and lease_until < $2 + interval '3 seconds') or lease_until < $2)
  returning execution_id, day, start_at, last_closed, sealed_at
)
select * from renewed
union
select execution_id, day, start_at, last_closed, sealed_at
from ingestion.runs
where execution_id in (select execution_id from open) and lease_holder = $1 and lease_until >= $2 + interval '3 seconds'
