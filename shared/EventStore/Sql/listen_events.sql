listen {schema}_events;
