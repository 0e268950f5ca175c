listen {schema}_progress;
