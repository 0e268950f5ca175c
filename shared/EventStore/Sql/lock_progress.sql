select transaction_id, seq_id from {schema}.feed_progress where name = $1 for update;
