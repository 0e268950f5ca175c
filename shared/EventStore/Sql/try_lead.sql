-- Held by the session that runs the projections and subscriptions of this schema, until it says or dies.
select pg_try_advisory_lock(hashtextextended('{schema}.daemon', 0));
