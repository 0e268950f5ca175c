-- What the machines of a run, and the probes that they asked, told second by second.
select coalesce(s.worker, 'shard ' || w.shard), w.shard, w.sequence, w.host, w.probes
from ingestion.runs r
join ingestion.shard_windows w on w.day = r.day and w.execution_id = r.execution_id
left join ingestion.shards s on s.execution_id = w.execution_id and s.shard = w.shard
where r.execution_id = $1 and w.shard >= 0 and (w.host is not null or w.probes is not null)
order by 3, 2
