-- Text to timestamptz is not immutable to PostgreSQL, because a zone may be missing; in our documents it never is.
create or replace function {schema}.mt_immutable_timestamptz(value text) returns timestamptz language sql immutable as $$
select value::timestamptz
$$;
