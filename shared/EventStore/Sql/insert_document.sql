insert into {table} (id, data, mt_last_modified, mt_version, mt_dotnet_type)
values ($1, $2, transaction_timestamp(), $3, $4);
