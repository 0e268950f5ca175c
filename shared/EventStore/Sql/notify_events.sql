select pg_notify('{schema}_events', '');
