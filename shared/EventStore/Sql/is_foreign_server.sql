select not exists (
  select from {schema}.feed_server stored join pg_control_system() here on here.system_identifier = stored.system_identifier);
