-- Which of the consumers $1 have not yet come to the event ($2, $3).
select consumer.name from unnest($1) as consumer (name)
where not exists (
  select from {schema}.feed_progress p where p.name = consumer.name and (p.transaction_id, p.seq_id) >= ($2, $3));
