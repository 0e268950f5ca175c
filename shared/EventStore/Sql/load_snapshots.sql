select id, data, mt_version from {table} where id = any($1);
