insert into gateway.audit (id, at, user_name, via, operation, method, path, resource, status, address, user_agent, trace_id)
select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[], $10::text[], $11::text[], $12::text[])
on conflict (id) do nothing
