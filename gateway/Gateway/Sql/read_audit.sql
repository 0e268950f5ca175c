select id, at, user_name, via, operation, method, path, resource, status, address, user_agent, trace_id
from gateway.audit
where ($1::text is null or user_name = $1) and ($2::text is null or operation = $2)
  and ($3::timestamptz is null or at >= $3) and ($4::timestamptz is null or at < $4)
  and ($5::text is null or $5 = case when status < 400 then 'done' when status in (401, 403, 429) then 'refused' else 'failed' end)
  and ($6::timestamptz is null or (at, id) < ($6, $7::uuid))
order by at desc, id desc limit $8
