insert into {schema}.feed_progress (name) values ($1) on conflict (name) do nothing;
