select transaction_id, seq_id from {schema}.mt_events order by transaction_id desc, seq_id desc limit 1;
