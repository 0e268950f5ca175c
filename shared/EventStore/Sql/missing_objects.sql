-- Whether anything of the schema still has to be made. Takes no locks, so a second instance may start under load.
select exists (select from unnest($1::text[]) as relation (name) where to_regclass(relation.name) is null)
    or exists (select from unnest($2::text[]) as routine (name) where to_regproc(routine.name) is null);
