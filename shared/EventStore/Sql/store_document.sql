insert into {table} (id, data, mt_last_modified, mt_version, mt_dotnet_type)
values ($1, $2, transaction_timestamp(), $3, $4)
on conflict (id) do update
set data = excluded.data, mt_last_modified = excluded.mt_last_modified, mt_version = excluded.mt_version,
  mt_dotnet_type = excluded.mt_dotnet_type;
