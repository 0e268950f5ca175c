select version from {schema}.mt_streams where id = $1 for update;
