-- How the load generators fared: the worst of each stretch but for CPU, of which the mean counts, too.
select coalesce(s.worker, 'shard ' || w.shard), w.shard, w.sequence / $2 * $2, avg(w.cpu_percent), max(w.cpu_percent), max(w.memory_bytes),
  sum(w.gc_pause_ms), max(w.loop_delay_ms), max(w.pool_delay_ms)
from ingestion.runs r
join ingestion.shard_windows w on w.day = r.day and w.execution_id = r.execution_id
left join ingestion.shards s on s.execution_id = w.execution_id and s.shard = w.shard
where r.execution_id = $1 and w.shard >= 0
group by 1, 2, 3
order by 3, 2
