delete from {table} d where not exists (select from {schema}.mt_streams s where s.id = d.id and not s.is_archived);
