-- The person of a session that goes on. A session that is used lives on; one that is not ends after two weeks.
with found as (
  select s.id_hash, s.expires_at, u.id, u.user_name, u.role
  from gateway.sessions s join gateway.users u on u.id = s.user_id
  where s.id_hash = $1 and s.ended_at is null and s.expires_at > now() and u.is_active
), prolonged as (
  update gateway.sessions set expires_at = now() + interval '14 days'
  where id_hash in (select id_hash from found where expires_at < now() + interval '13 days')
)
select * from found
