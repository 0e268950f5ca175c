select id, type, version, timestamp, created, is_archived from {schema}.mt_streams where id = $1;
