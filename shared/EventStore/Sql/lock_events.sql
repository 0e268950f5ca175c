-- Waits for open appends, and keeps new ones waiting until the transaction ends.
lock table {schema}.mt_events in share row exclusive mode;
