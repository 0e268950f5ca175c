select data from {table} where id = any($1);
