select version, is_archived from {schema}.mt_streams where id = $1;
