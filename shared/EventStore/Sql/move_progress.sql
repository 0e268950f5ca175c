-- Compare and set. Returns no row when somebody else moved it. Marten's table follows with the highest sequence.
with moved as (
  update {schema}.feed_progress set transaction_id = $4, seq_id = $5
  where name = $1 and transaction_id = $2 and seq_id = $3
  returning name, pg_notify('{schema}_progress', name)
)
insert into {schema}.mt_event_progression (name, last_seq_id, last_updated)
select name, $5, transaction_timestamp() from moved
on conflict (name) do update
set last_seq_id = greatest(mt_event_progression.last_seq_id, excluded.last_seq_id), last_updated = excluded.last_updated
returning name;
