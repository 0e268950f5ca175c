select shard, scenario, operation, method, path, in_flight_before, sent, ok, failed, timed_out, aborted,
  checks_passed, checks_failed, bytes_sent, bytes_received, details, response, service, kind
from ingestion.endpoint_windows
where day = $1 and execution_id = $2 and sequence = $3
order by shard, scenario, operation
