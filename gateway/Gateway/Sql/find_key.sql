-- The key with a hash, if it still opens anything, with the role its owner has left it; notes about once a minute that it is used.
with found as (
  select k.id, k.name, k.role, k.scopes, k.owner, k.expires_at, u.role as owner_role
  from gateway.api_keys k left join gateway.users u on u.id = k.owner
  where k.hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) and (k.owner is null or u.is_active)
), used as (
  update gateway.api_keys set last_used_at = now()
  where id in (select id from found) and (last_used_at is null or last_used_at < now() - interval '1 minute')
)
select * from found
