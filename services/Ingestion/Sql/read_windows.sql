select shard, virtual_users, load_seconds, planned, started, dropped, cancelled, completed, cut_short, cpu_percent, memory_bytes, gc_pause_ms, loop_delay_ms, pool_delay_ms, lag, phase, custom_metrics, probes
from ingestion.shard_windows
where day = $1 and execution_id = $2 and sequence = $3
order by shard
