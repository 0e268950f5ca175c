-- The fifth wrong password in a row closes the account for five minutes.
update gateway.users set
  lockout_end = case when access_failed_count >= 4 then now() + interval '5 minutes' end,
  access_failed_count = case when access_failed_count >= 4 then 0 else access_failed_count + 1 end
where id = $1 and (lockout_end is null or lockout_end < now())
