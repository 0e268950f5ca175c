select id from {schema}.mt_streams where id > $1 and not is_archived order by id limit 500;
