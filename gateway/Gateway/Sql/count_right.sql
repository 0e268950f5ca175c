update gateway.users set access_failed_count = 0, lockout_end = null
where id = $1 and is_active and (lockout_end is null or lockout_end < now())
